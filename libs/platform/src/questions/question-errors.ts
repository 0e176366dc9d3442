import { DomainError } from '#kernel';

/**
 * The other context does not answer. The client gets 503 with Retry-After, not 404, because it is unknown whether the
 * requested data exists.
 */
export class Unanswered extends DomainError {
  constructor(provider: string, cause?: unknown) {
    super('UNAVAILABLE', 'unavailable', `The ${provider} does not answer right now. Try again in a moment.`, {
      seconds: 2,
    });
    this.cause = cause;
  }
}

/**
 * The other process refused the question, because the secret, the URL or the version is wrong. A retry would not help.
 */
export class QuestionRefused extends Error {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(
      `${url} answered ${status}: check that the URL is right, and that the service has the same INTERNAL_SECRET and version`,
    );
    this.name = 'QuestionRefused';
  }
}
