import { Message, type Money, type Uuid } from '#kernel';

/** A variant was listed for the first time, with the stock that staff entered. */
export class VariantListed extends Message<{
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  readonly stock: number;
  /** The number of the change that gave the variant this SKU. See `named` of VariantsRenamed. */
  readonly named?: number;
}> {
  static readonly type = 'catalog.variant-listed.v1';
  /** The product's id, so that the message is handled before a later VariantsRenamed of the same product. */
  get key(): string {
    return this.body.productId;
  }
}

export interface RenamedVariant {
  readonly variantId: Uuid;
  /** The previous SKU. */
  readonly was: string;
  readonly sku: string;
  /** The stock that staff entered when the variant was put on sale again. It is never less than the reserved number. */
  readonly stock?: number;
}

/**
 * Variants of one product have new SKUs. They are in one message, because two variants can exchange their SKUs. `named`
 * increases with every change of any SKU in the catalogue. If two variants claim the same SKU, the variant with the
 * higher `named` has it.
 */
export class VariantsRenamed extends Message<{
  readonly productId: Uuid;
  readonly named: number;
  readonly variants: readonly RenamedVariant[];
}> {
  static readonly type = 'catalog.variants-renamed.v1';
  get key(): string {
    return this.body.productId;
  }
}

/** The variant that has a SKU. */
export interface SkuOwner {
  readonly variantId: Uuid;
  /** The `named` of the message about this SKU; 0 if there will be no message. */
  readonly named: number;
}

/**
 * The question of inventory to the catalogue: which variant has a SKU now. The call is always in one process, because
 * catalogue and inventory run together.
 */
export abstract class SkuOwners {
  /** The variant that is sold with this SKU, else the last variant that had it. */
  abstract ownerOf(sku: string): Promise<SkuOwner | undefined>;
  /** The current SKUs of variants. Variants that the catalogue does not know are left out. */
  abstract currentSkus(variantIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, string>>;
}

export interface ChosenModifier {
  readonly optionId: Uuid;
  readonly quantity: number;
}
/** Something that a customer wants to buy. The catalogue adds the name and the price. */
export interface WantedLine {
  readonly variantId: Uuid;
  readonly quantity: number;
  readonly modifiers: readonly ChosenModifier[];
}
export interface PricedModifier extends ChosenModifier {
  readonly group: string;
  readonly name: string;
  readonly price: Money;
}
export interface PricedLine {
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  /** The names of product and variant, as on a receipt. */
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly modifiers: readonly PricedModifier[];
  /** The price of one piece with its options. */
  readonly unitPrice: Money;
  readonly lineTotal: Money;
  readonly available: number;
}
/** Why a line cannot be sold: the variant is not sold, or the options do not fit the rules of their groups. */
export interface UnpricedLine {
  readonly variantId: Uuid;
  readonly code: 'VARIANT_UNAVAILABLE' | 'MODIFIERS_INVALID';
  readonly message: string;
  /** The current names, if the catalogue still has the variant. */
  readonly known?: KnownLine;
}
/** A line that cannot be sold as wanted, with its current names. */
export interface KnownLine {
  readonly productId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  /** How many could be bought with other options. */
  readonly available: number;
  /** The wanted options that still exist. */
  readonly modifiers: readonly { readonly optionId: Uuid; readonly group: string; readonly name: string }[];
}

/** The question to the catalogue: what lines cost now. The answer comes within 1 s, in one process or over HTTP. */
export abstract class CatalogPrices {
  /**
   * One answer for each line, in the same order. Default options are added. A line whose options do not fit the rules
   * of their groups has no price.
   */
  abstract price(lines: readonly WantedLine[], locale: 'vi' | 'en'): Promise<readonly (PricedLine | UnpricedLine)[]>;
}

export const isPriced = (line: PricedLine | UnpricedLine): line is PricedLine => 'unitPrice' in line;
