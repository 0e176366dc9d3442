import { DomainError, type Uuid } from '#kernel';
import type { RebuildState } from './rebuild';

export class RebuildRunning extends DomainError {
  constructor(name: string) {
    super('REBUILD_RUNNING', 'conflict', `A rebuild of ${name} has not ended yet: complete it or cancel it first.`, {
      name,
    });
  }
}

export class RebuildOver extends DomainError {
  constructor(state: RebuildState) {
    super('REBUILD_OVER', 'conflict', `The rebuild has ended: it is ${state}.`, { state });
  }
}

export class RebuildNotReady extends DomainError {
  constructor(state: RebuildState) {
    super('REBUILD_NOT_READY', 'conflict', `The rebuild is ${state}: it can go live when it is ready.`, { state });
  }
}

export class RebuildNotCompared extends DomainError {
  constructor(state: RebuildState) {
    super('REBUILD_NOT_COMPARED', 'conflict', `The rebuild is ${state}: its changes can be shown when it is ready.`, {
      state,
    });
  }
}

export class CannotRollBack extends DomainError {
  constructor(state: RebuildState) {
    super(
      'CANNOT_ROLL_BACK',
      'conflict',
      `The rebuild is ${state}. Only a rebuild of all orders can be rolled back, while it is live and the table before it is kept.`,
      { state },
    );
  }
}

const MOST_NAMED = 20;

/** Requested orders that do not exist. The details list the first twenty of them. */
export class OrdersUnknown extends DomainError {
  constructor(unknown: readonly { readonly index: number; readonly id: Uuid }[]) {
    super(
      'ORDERS_UNKNOWN',
      'not-found',
      `${unknown.length} of the orders do not exist: see the details.`,
      { count: unknown.length },
      unknown
        .slice(0, MOST_NAMED)
        .map(({ index, id }) => ({ field: `orders.${index}`, message: `There is no order ${id}.` })),
    );
  }
}
