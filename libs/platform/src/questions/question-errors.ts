import { DomainError } from '#kernel';

/** The other context does not answer: 503 with Retry-After. It is unknown whether the requested thing exists. */
export class Unanswered extends DomainError {
  constructor(provider: string, cause?: unknown) {
    super('UNAVAILABLE', 'unavailable', `The ${provider} does not answer right now. Try again in a moment.`, {
      seconds: 2,
    });
    this.cause = cause;
  }
}

/** The other context refused: a wrong secret, address or version. A retry would not help. */
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
