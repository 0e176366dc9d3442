import type { Uuid } from '#kernel';

/** An option. Prices are whole đồng. `default` is how many are chosen by default; true means one, as staff wrote it. */
export interface ModifierOption {
  readonly id: Uuid;
  readonly name: string;
  readonly nameEn: string | null;
  readonly price: number;
  readonly max: number;
  readonly default: boolean | number;
}

/** Options of which between `min` and `max` are chosen, as a sum of quantities. */
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
  /** The stock that staff stated when it was first listed. Afterwards inventory keeps the stock. */
  readonly stock: number;
}

/** The stored form; staff read and write `published`, `draft` and `archived`. */
export type ProductStatus = 'active' | 'draft' | 'removed';

/** The first language is the shop's own. It is shown if an English text is missing. */
export interface Product {
  readonly id: Uuid;
  readonly slug: string;
  readonly sku: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly description: string;
  readonly descriptionEn: string | null;
  /** Rich text as it was sent; shown only through the allow-list. */
  readonly story: string | null;
  /** Null only for an archived product whose category or brand is gone. */
  readonly categoryId: Uuid | null;
  readonly brandId: Uuid | null;
  readonly basePrice: number;
  readonly status: ProductStatus;
  /** The status of an archived product before it was archived. */
  readonly statusBefore: 'active' | 'draft' | null;
  readonly featured: boolean;
  readonly imageUrl: string | null;
  readonly modifiers: readonly ModifierGroup[];
  readonly variants: readonly Variant[];
}

/** What staff send. The body's rules have checked everything. Null clears a field, or sets it to its default. */
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
/** A change of an existing product. An archived one may have no category or brand. */
export type ProductChange = Partial<Omit<ProductDraft, 'categoryId' | 'brandId'>> & {
  readonly categoryId?: Uuid | null;
  readonly brandId?: Uuid | null;
  /** Identifying fields as they were read. They are compared with the current ones. */
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
