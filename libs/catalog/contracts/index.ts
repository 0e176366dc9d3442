import { Message, type Money, type Uuid } from '#kernel';

/** A variant was listed for the first time, with the stock that staff stated. */
export class VariantListed extends Message<{
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  readonly stock: number;
  /** How new this SKU is; see VariantsRenamed. */
  readonly named?: number;
}> {
  static readonly type = 'catalog.variant-listed.v1';
  /** The product. It is the key, so that a listing is heard before a later renaming. */
  get key(): string {
    return this.body.productId;
  }
}

export interface RenamedVariant {
  readonly variantId: Uuid;
  /** Its SKU before. */
  readonly was: string;
  readonly sku: string;
  /** The count, if staff counted a variant that returns; never fewer than orders hold. */
  readonly stock?: number;
}

/**
 * Variants of one product have other SKUs now, all at once, because two of them may have exchanged theirs. `named`
 * rises with every change of any SKU in the catalogue. If two variants claim one SKU, the one with the higher
 * `named` has it.
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
export interface SkuBearer {
  readonly variantId: Uuid;
  /** How new the SKU is, as its messages say; 0 if no message will come. */
  readonly named: number;
}

/**
 * Which variant has a SKU now, by the catalogue's last answer to staff. Asked only in process: catalogue and
 * inventory always run together.
 */
export abstract class SkuBearers {
  /** The variant that is sold under the SKU, else the last one that was. */
  abstract bearer(sku: string): Promise<SkuBearer | undefined>;
  /** The current SKUs of variants. Variants that the catalogue does not know are left out. */
  abstract names(variantIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, string>>;
}

export interface ChosenModifier {
  readonly optionId: Uuid;
  readonly quantity: number;
}
/** What somebody wants to buy. The catalogue adds its name and price. */
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
  /** Product and variant, in the form of a receipt. */
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly modifiers: readonly PricedModifier[];
  /** One piece with its options. */
  readonly unitPrice: Money;
  readonly lineTotal: Money;
  readonly available: number;
}
/** Why a line cannot be sold: the variant is gone or hidden, or its options do not fit the rules of their groups. */
export interface UnpricedLine {
  readonly variantId: Uuid;
  readonly code: 'VARIANT_UNAVAILABLE' | 'MODIFIERS_INVALID';
  readonly message: string;
  /** Its current names, if the catalogue still knows it. */
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

/** The catalogue's current prices of lines. It answers within 1 s, in process or over HTTP. */
export abstract class CatalogPrices {
  /**
   * One answer for each line, in the same order. For option groups with a default or a minimum, the group's rules
   * fill in the default or refuse the line.
   */
  abstract price(lines: readonly WantedLine[], locale: 'vi' | 'en'): Promise<readonly (PricedLine | UnpricedLine)[]>;
}

export const isPriced = (line: PricedLine | UnpricedLine): line is PricedLine => 'unitPrice' in line;
