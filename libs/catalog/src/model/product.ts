import type { Uuid } from '#kernel';

/** An option. The price is in whole đồng. `default` is the number of pieces chosen by default; true means one. */
export interface ModifierOption {
  readonly id: Uuid;
  readonly name: string;
  readonly nameEn: string | null;
  readonly price: number;
  readonly max: number;
  readonly default: boolean | number;
}

/** A group of options. The sum of the chosen quantities must be between `min` and `max`. */
export interface ModifierGroup {
  readonly id: Uuid;
  readonly name: string;
  readonly nameEn: string | null;
  readonly min: number;
  readonly max: number;
  readonly options: readonly ModifierOption[];
}

export interface Variant {
  readonly id: Uuid;
  readonly position: number;
  readonly sku: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly type: string;
  readonly priceAdjustment: number;
  readonly price: number;
  /** The stock that staff entered when the variant was first listed. After that, inventory keeps the stock. */
  readonly stock: number;
}

/** The stored status. For staff it is called `published`, `draft` or `archived`. */
export type ProductStatus = 'active' | 'draft' | 'removed';

/**
 * A product. Fields without `En` are in Vietnamese. Customers who read English see these fields if the English text is
 * missing.
 */
export interface Product {
  readonly id: Uuid;
  readonly slug: string;
  readonly sku: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly description: string;
  readonly descriptionEn: string | null;
  /** Rich text as staff sent it. Customers see only the allowed HTML. */
  readonly story: string | null;
  /** Null only for an archived product whose category (or brand) was deleted. */
  readonly categoryId: Uuid | null;
  readonly brandId: Uuid | null;
  readonly basePrice: number;
  readonly status: ProductStatus;
  /** The status before the product was archived. */
  readonly statusBefore: 'active' | 'draft' | null;
  readonly featured: boolean;
  readonly imageUrl: string | null;
  readonly modifiers: readonly ModifierGroup[];
  readonly variants: readonly Variant[];
}

/** A new product as staff send it, already checked. Null clears a field or sets it to its default. */
export interface ProductDraft {
  readonly name: string;
  readonly description: string;
  readonly basePrice: number;
  readonly categoryId: Uuid;
  readonly brandId: Uuid;
  readonly variants: readonly VariantDraft[];
  readonly sku?: string;
  readonly status?: ProductStatus;
  readonly featured?: boolean | null;
  readonly imageUrl?: string | null;
  readonly story?: string | null;
  readonly modifiers?: readonly GroupDraft[] | null;
  readonly translations?: { readonly en?: TextsDraft | null } | null;
}
export interface TextsDraft {
  readonly name?: string | null;
  readonly description?: string | null;
}
/** A change of an existing product. An archived product can be without a category or brand. */
export type ProductChange = Partial<Omit<ProductDraft, 'categoryId' | 'brandId'>> & {
  readonly categoryId?: Uuid | null;
  readonly brandId?: Uuid | null;
  /** These fields cannot be changed here. If they are sent, they must have the current values. */
  readonly id?: Uuid;
  readonly slug?: string;
  readonly category?: object | null;
  readonly brand?: object | null;
};
export interface VariantDraft {
  readonly id?: Uuid | null;
  readonly name: string;
  readonly type: string;
  readonly priceAdjustment?: number | null;
  readonly stock?: number | null;
  readonly sku?: string;
  readonly nameEn?: string | null;
}
export interface GroupDraft {
  readonly id?: Uuid | null;
  readonly name: string;
  readonly nameEn?: string | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly options: readonly OptionDraft[];
}
export interface OptionDraft {
  readonly id?: Uuid | null;
  readonly name: string;
  readonly nameEn?: string | null;
  readonly price?: number | null;
  readonly max?: number | null;
  readonly default?: boolean | number | null;
}
