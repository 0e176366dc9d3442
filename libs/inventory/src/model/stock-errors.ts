import { DomainError } from '#kernel';

/** The count is lower than the number that is reserved for orders. */
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

/** The stock has changed since the caller read it. */
export class StockChanged extends DomainError {
  constructor(version: number) {
    super(
      'PRECONDITION_FAILED',
      'stale',
      `The stock has changed since you read it. Its version is ${version} now. Read it again.`,
      {
        version,
      },
    );
  }
}
