/**
 * A handler's "not yet": the message is tried again soon. It counts as an attempt, so that a message that will never
 * succeed is noticed too.
 */
export class RetryLater extends Error {
  constructor(
    reason: string,
    readonly afterMs?: number,
  ) {
    super(reason);
    this.name = 'RetryLater';
  }
}

/** The claim was taken away, because another instance took this one for dead. Nothing was written. */
export class ClaimLost extends Error {
  constructor(handler: string, seq: number) {
    super(`the claim on inbox message ${seq} for ${handler} was lost`);
    this.name = 'ClaimLost';
  }
}

/** Another build began this work and can continue it, so this build leaves it. This is not an attempt. */
export class NotForThisBuild extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotForThisBuild';
  }
}

/** The handler took longer than its limit, and its transaction was aborted. */
export class HandlerOverdue extends Error {
  constructor(handler: string, seconds: number) {
    super(`${handler} did not end within ${seconds} s`);
    this.name = 'HandlerOverdue';
  }
}

/** The message can never be read, so another try is useless. */
export class Undecodable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Undecodable';
  }
}
