import { DomainError } from '#kernel';

/** A count may not be below what orders hold. */
export class StockBelowReserved extends DomainError {
  constructor(sku: string, onHand: number, reserved: number) {
    super(
      'STOCK_BELOW_RESERVED',
      'conflict',
      `${reserved} of ${sku} are set aside for orders, so there cannot be ${onHand} on hand. Wait for those orders or cancel them.`,
      { sku, onHand, reserved },
    );
  }
}

export class StockTooLarge extends DomainError {
  constructor(sku: string, most: number) {
    super('STOCK_TOO_LARGE', 'refused', `There cannot be more than ${most} of ${sku} on hand.`, { sku, most });
  }
}

/** Somebody changed the stock after it was read. */
export class StockChanged extends DomainError {
  constructor(version: number) {
    super(
      'PRECONDITION_FAILED',
      'stale',
      `The stock has changed since; it is at version ${version} now. Read it again.`,
      {
        version,
      },
    );
  }
}
