import { Message, OrderMessage, type Uuid } from '#kernel';

export interface StockLine {
  /** The variant's SKU when it was ordered. */
  readonly sku: string;
  readonly quantity: number;
  /** Identifies the variant, also after its SKU has changed. If this id is missing, the SKU identifies the variant. */
  readonly variantId?: Uuid;
}
export interface ShortLine extends StockLine {
  readonly available: number;
}

/** Asks to reserve all lines or none. The answer is StockReserved or StockShort. */
export class ReserveStock extends OrderMessage<{ readonly orderId: Uuid; readonly lines: readonly StockLine[] }> {
  static readonly type = 'inventory.reserve-stock.v1';
}
/** Asks to take reserved goods off the shelf. The answer is StockCommitted or StockCommitRefused. */
export class CommitStock extends OrderMessage<{ readonly orderId: Uuid }> {
  static readonly type = 'inventory.commit-stock.v1';
}
/**
 * Asks to release reserved goods, or to put committed goods back on the shelf. With `waste: true`, committed goods are
 * not put back. The answer is StockReleased, even if the order had no goods.
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

/** A count by staff: how many pieces of a variant there are. */
export interface StockCount {
  readonly variantId: Uuid;
  readonly sku: string;
  readonly onHand: number;
}

/**
 * The question of the catalogue before it accepts counts for variants that are sold again. The question is a function
 * call, because both contexts run in the same process.
 */
export abstract class StockCounts {
  /**
   * How many pieces of each variant could be bought if these counts were stored. Throws STOCK_BELOW_RESERVED if orders
   * have reserved more than was counted.
   */
  abstract availableAfter(counts: readonly StockCount[]): Promise<ReadonlyMap<Uuid, number>>;
}

/**
 * How many pieces of one variant can be bought now. `version` increases with every change of the variant's stock. If
 * a message has a lower version than an earlier message, it is out of date.
 */
export class StockLevelChanged extends Message<{
  readonly sku: string;
  readonly available: number;
  readonly version: number;
  /** Missing if inventory does not know the variant's id yet. Then the SKU identifies the variant. */
  readonly variantId?: Uuid;
}> {
  static readonly type = 'inventory.stock-level-changed.v1';
  get key(): string {
    return this.body.variantId ?? this.body.sku;
  }
}
