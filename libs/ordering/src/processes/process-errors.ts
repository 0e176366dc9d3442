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
    super('PROCESS_HAS_NO_WAY_BACK', 'conflict', 'Money on its way back is not taken again. Retry it, or leave it.');
  }
}
