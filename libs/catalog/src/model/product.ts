import type { Uuid } from '#kernel';

/** An extra or a choice. Prices are whole đồng; `default` is how many come unasked, true for one, as staff wrote it. */
export interface ModifierOption {
  readonly id: Uuid;
  readonly name: string;
  readonly nameEn: string | null;
  readonly price: number;
  readonly max: number;
  readonly default: boolean | number;
}

/** Options to choose between `min` and `max` of, counting quantities. */
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
  /** What staff said there is when it was first listed; from then on the stock is inventory's to know. */
  readonly stock: number;
}

/** As it is stored; staff read and write `published`, `draft` and `archived`. */
export type ProductStatus = 'active' | 'draft' | 'removed';

/** The first language is the shop's own; an English text that is missing is shown in it. */
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
  /** What an archived product was before. */
  readonly statusBefore: 'active' | 'draft' | null;
  readonly featured: boolean;
  readonly imageUrl: string | null;
  readonly modifiers: readonly ModifierGroup[];
  readonly variants: readonly Variant[];
}

/** What staff send. Everything was checked by the body's rules. Null is what was cleared, or goes back to its default. */
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
/** What is sent of a product that is there; an archived one may have no category or brand. */
export type ProductChange = Partial<Omit<ProductDraft, 'categoryId' | 'brandId'>> & {
  readonly categoryId?: Uuid | null;
  readonly brandId?: Uuid | null;
  /** What names it, as it was read; it is compared with what there is. */
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
