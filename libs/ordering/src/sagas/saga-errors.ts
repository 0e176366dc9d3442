import { DomainError, NotFound } from '#kernel';

export class SagaNotFound extends NotFound {
  constructor() {
    super('saga');
  }
}

/** The saga is over. Staff can only use commands of the order itself, such as a cancellation or a refund. */
export class SagaOver extends DomainError {
  constructor(step: string) {
    super('PROCESS_OVER', 'conflict', `The saga is over (${step}). Cancel or refund the order itself.`, { step });
  }
}

export class CompensatedAlready extends DomainError {
  constructor(step: string) {
    super(
      'PROCESS_WINDS_BACK',
      'conflict',
      `The saga is being compensated already (${step}). If it makes no progress, retry it.`,
      {
        step,
      },
    );
  }
}

export class NothingToCompensate extends DomainError {
  constructor() {
    super(
      'PROCESS_HAS_NO_WAY_BACK',
      'conflict',
      'The money is being given back and cannot be taken again. Retry the saga. When it needs attention, say in `money` what became of the money.',
    );
  }
}

/** The provider can still answer. Staff are allowed to settle by hand only while the saga needs attention. */
export class StillAsked extends DomainError {
  constructor(step: string) {
    super(
      'PROCESS_STILL_ASKED',
      'conflict',
      `The provider may still answer (${step}). Settle the saga by hand when it needs attention.`,
      {
        step,
      },
    );
  }
}

export class NoMoneyAwaited extends DomainError {
  constructor(step: string) {
    super('NO_MONEY_AWAITED', 'conflict', `The saga does not wait for a payment provider (${step}). Retry it.`, {
      step,
    });
  }
}
