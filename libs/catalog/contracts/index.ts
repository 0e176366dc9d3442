import { Message, type Money, type Uuid } from '#kernel';

/** A variant was put on the shelf for the first time, with the stock staff said there is. */
export class VariantListed extends Message<{
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  readonly stock: number;
  /** How new this SKU is; see VariantsRenamed. */
  readonly named?: number;
}> {
  static readonly type = 'catalog.variant-listed.v1';
  /** The product, so that a listing is heard before a renaming that followed it. */
  get key(): string {
    return this.body.productId;
  }
}

export interface RenamedVariant {
  readonly variantId: Uuid;
  /** What it was called before. */
  readonly was: string;
  readonly sku: string;
  /** How many there are, where staff counted a variant that returns; never fewer than orders hold. */
  readonly stock?: number;
}

/**
 * Variants of one product have other SKUs now, all at once: two of them may have exchanged theirs. `named` rises with
 * every change of any SKU in the catalogue: where two variants bear one SKU, the one that was named later has it.
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
  /** How new the SKU is, as its messages say; 0 where no message is on its way. */
  readonly named: number;
}

/**
 * Which variant has a SKU now, as the catalogue's last answer to staff said. Asked in process only: catalogue and
 * inventory always run together.
 */
export abstract class SkuBearers {
  /** The variant that is offered under the SKU, else the last one that was. */
  abstract bearer(sku: string): Promise<SkuBearer | undefined>;
  /** The SKUs that variants have now; variants the catalogue does not know are left out. */
  abstract names(variantIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, string>>;
}

export interface ChosenModifier {
  readonly optionId: Uuid;
  readonly quantity: number;
}
/** What somebody wants to buy; the catalogue says what it is called and what it costs. */
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
  /** Product and variant, as a receipt prints it. */
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly modifiers: readonly PricedModifier[];
  /** One piece with its modifiers. */
  readonly unitPrice: Money;
  readonly lineTotal: Money;
  readonly available: number;
}
/** Why a line cannot be sold as wanted: the variant is gone or hidden, or its modifiers break the groups' rules. */
export interface UnpricedLine {
  readonly variantId: Uuid;
  readonly code: 'VARIANT_UNAVAILABLE' | 'MODIFIERS_INVALID';
  readonly message: string;
  /** What it is called now, where the catalogue still knows it. */
  readonly known?: KnownLine;
}
/** A line that cannot be sold as wanted, by the names of today. */
export interface KnownLine {
  readonly productId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  /** How many could be bought, made another way. */
  readonly available: number;
  /** Those of the wanted options that there still are. */
  readonly modifiers: readonly { readonly optionId: Uuid; readonly group: string; readonly name: string }[];
}

/** The catalogue's fresh answer to what lines cost now: never more than 1 s, in process or over HTTP. */
export abstract class CatalogPrices {
  /** One answer a line, in the order asked. Modifier groups with a default or a minimum are filled in or refused by the group's rules. */
  abstract price(lines: readonly WantedLine[], locale: 'vi' | 'en'): Promise<readonly (PricedLine | UnpricedLine)[]>;
}

export const isPriced = (line: PricedLine | UnpricedLine): line is PricedLine => 'unitPrice' in line;
