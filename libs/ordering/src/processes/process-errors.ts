import { DomainError, NotFound } from '#kernel';

export class ProcessNotFound extends NotFound {
  constructor() {
    super('process');
  }
}

/** It has come to its end: what an order still needs, it is asked for by the order's own commands. */
export class ProcessOver extends DomainError {
  constructor(step: string) {
    super('PROCESS_OVER', 'conflict', `It is over (${step}). Cancel or refund the order itself.`, { step });
  }
}

export class WindingBackAlready extends DomainError {
  constructor(step: string) {
    super('PROCESS_WINDS_BACK', 'conflict', `It is on its way back already (${step}). Retry it, if it stands still.`, {
      step,
    });
  }
}

export class NothingToWindBack extends DomainError {
  constructor() {
    super(
      'PROCESS_HAS_NO_WAY_BACK',
      'conflict',
      'Money on its way back is not taken again. Retry it. Once it needs attention, say with `money` what became of the money.',
    );
  }
}

/** Its provider may still answer; settling by hand is for what has been asked in vain. */
export class StillAsked extends DomainError {
  constructor(step: string) {
    super('PROCESS_STILL_ASKED', 'conflict', `An answer may still come (${step}). Settle it once it needs attention.`, {
      step,
    });
  }
}

export class NoMoneyAwaited extends DomainError {
  constructor(step: string) {
    super('NO_MONEY_AWAITED', 'conflict', `It does not wait for a payment provider (${step}). Retry it.`, { step });
  }
}
