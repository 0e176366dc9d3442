/**
 * A handler throws this if it cannot handle the message yet. The message is retried soon. This counts as an attempt, so
 * a message that never succeeds becomes a dead letter.
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

/** This process lost the claim, for example because it seemed dead to others. The handling has written nothing. */
export class ClaimLost extends Error {
  constructor(handler: string, seq: number) {
    super(`the claim on inbox message ${seq} for ${handler} was lost`);
    this.name = 'ClaimLost';
  }
}

/** A newer build began this work, so only that build can continue it. This does not count as an attempt. */
export class NotForThisBuild extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotForThisBuild';
  }
}

/** The handler exceeded its time limit, and its transaction was aborted. */
export class HandlerOverdue extends Error {
  constructor(handler: string, seconds: number) {
    super(`${handler} did not end within ${seconds} s`);
    this.name = 'HandlerOverdue';
  }
}

/** The message cannot be decoded, so a retry by the same build is useless. */
export class Undecodable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Undecodable';
  }
}
