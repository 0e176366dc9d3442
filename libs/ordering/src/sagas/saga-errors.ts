import { DomainError, NotFound } from '#kernel';

export class SagaNotFound extends NotFound {
  constructor() {
    super('saga');
  }
}

/** The saga is over. The order's own commands do what the order still needs. */
export class SagaOver extends DomainError {
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

/** The provider may still answer. Staff may settle by hand only after all requests of the saga have gone unanswered. */
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
