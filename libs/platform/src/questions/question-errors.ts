import { DomainError } from '#kernel';

/** Nobody answers there just now: 503 with Retry-After, which says nothing of whether what was asked for exists. */
export class Unanswered extends DomainError {
  constructor(provider: string, cause?: unknown) {
    super('UNAVAILABLE', 'unavailable', `The ${provider} does not answer right now. Try again in a moment.`, {
      seconds: 2,
    });
    this.cause = cause;
  }
}

/** It answered that it will not: a secret, an address or a version that does not fit. Asking again changes nothing. */
export class QuestionRefused extends Error {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(`${url} answered ${status}: is that the right service, with the same INTERNAL_SECRET and version?`);
    this.name = 'QuestionRefused';
  }
}
