/** A handler's "not yet": tried again shortly. It counts as an attempt, so that never is noticed too. */
export class RetryLater extends Error {
  constructor(
    reason: string,
    readonly afterMs?: number,
  ) {
    super(reason);
    this.name = 'RetryLater';
  }
}

/** The claim was taken away (another instance took this one for dead), so nothing was written. */
export class ClaimLost extends Error {
  constructor(handler: string, seq: number) {
    super(`the claim on inbox message ${seq} for ${handler} was lost`);
    this.name = 'ClaimLost';
  }
}

/** It can never be read, so trying again is of no use. */
export class Undecodable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Undecodable';
  }
}
