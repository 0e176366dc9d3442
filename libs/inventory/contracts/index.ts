import { Message, OrderMessage, type Uuid } from '#kernel';

export interface StockLine {
  /** The SKU under which it was sold. */
  readonly sku: string;
  readonly quantity: number;
  /** The variant's id, whatever its SKU is now. If it is missing, the SKU decides. */
  readonly variantId?: Uuid;
}
export interface ShortLine extends StockLine {
  readonly available: number;
}

/** Asks to reserve all lines or none. Answered by StockReserved or StockShort. */
export class ReserveStock extends OrderMessage<{ readonly orderId: Uuid; readonly lines: readonly StockLine[] }> {
  static readonly type = 'inventory.reserve-stock.v1';
}
/** Asks to take reserved goods off the shelf. Answered by StockCommitted or StockCommitRefused. */
export class CommitStock extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'inventory.commit-stock.v1';
}
/**
 * Asks to give back reserved goods, or to put back committed ones. `waste: true`: committed goods do not come back.
 * Answered by StockReleased, also if there was nothing.
 */
export class ReleaseStock extends OrderMessage<{
  readonly orderId: Uuid;
  readonly reason: string;
  readonly waste?: boolean;
}> {
  static readonly type = 'inventory.release-stock.v1';
}

export class StockReserved extends OrderMessage<{ readonly orderId: Uuid; readonly lines: readonly StockLine[] }> {
  static readonly type = 'inventory.stock-reserved.v1';
}
export class StockShort extends OrderMessage<{ readonly orderId: Uuid; readonly short: readonly ShortLine[] }> {
  static readonly type = 'inventory.stock-short.v1';
}
export class StockCommitted extends OrderMessage<{ readonly orderId: Uuid; readonly lines: readonly StockLine[] }> {
  static readonly type = 'inventory.stock-committed.v1';
}
export class StockCommitRefused extends OrderMessage<{ readonly orderId: Uuid; readonly reason: string }> {
  static readonly type = 'inventory.stock-commit-refused.v1';
}
export class StockReleased extends OrderMessage<{
  readonly orderId: Uuid;
  readonly lines: readonly StockLine[];
  /** True if the goods had left the shelf and were put back. */
  readonly restocked: boolean;
  /** True if the goods had left the shelf and are waste. */
  readonly wasted?: boolean;
}> {
  static readonly type = 'inventory.stock-released.v1';
}

/** The count of a variant that staff stated. */
export interface StockCount {
  readonly variantId: Uuid;
  readonly sku: string;
  readonly onHand: number;
}

/** What orders hold of stock. The catalogue asks in process, before it takes counts for variants that return. */
export abstract class StockHeld {
  /**
   * How many of each could be bought after the counts. Throws STOCK_BELOW_RESERVED if orders hold more than was
   * counted.
   */
  abstract availableAfter(counts: readonly StockCount[]): Promise<ReadonlyMap<Uuid, number>>;
}

/**
 * How many of one variant can be bought now. `version` rises with every change of its stock; a lower one is out of
 * date.
 */
export class StockLevelChanged extends Message<{
  readonly sku: string;
  readonly available: number;
  readonly version: number;
  /** Missing if inventory does not know it yet; then the SKU decides. */
  readonly variantId?: Uuid;
}> {
  static readonly type = 'inventory.stock-level-changed.v1';
  get key(): string {
    return this.body.variantId ?? this.body.sku;
  }
}
