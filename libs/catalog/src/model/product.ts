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
  readonly categoryId: Uuid;
  readonly brandId: Uuid;
  readonly basePrice: number;
  readonly status: ProductStatus;
  readonly featured: boolean;
  readonly imageUrl: string | null;
  readonly modifiers: readonly ModifierGroup[];
  readonly variants: readonly Variant[];
}

/** What staff send. Everything was checked by the body's rules and by `productFaults`. */
export interface ProductDraft {
  readonly name: string;
  readonly description: string;
  readonly basePrice: number;
  readonly categoryId: Uuid;
  readonly brandId: Uuid;
  readonly variants: readonly VariantDraft[];
  readonly sku?: string;
  readonly status?: 'active' | 'draft';
  readonly featured?: boolean;
  readonly imageUrl?: string | null;
  readonly story?: string | null;
  readonly modifiers?: readonly GroupDraft[];
  readonly translations?: { readonly en?: { readonly name?: string; readonly description?: string } };
}
export interface VariantDraft {
  readonly id?: Uuid;
  readonly name: string;
  readonly type: string;
  readonly priceAdjustment?: number;
  readonly stock?: number;
  readonly sku?: string;
  readonly nameEn?: string;
}
export interface GroupDraft {
  readonly name: string;
  readonly nameEn?: string;
  readonly min?: number;
  readonly max?: number;
  readonly options: readonly OptionDraft[];
}
export interface OptionDraft {
  readonly name: string;
  readonly nameEn?: string;
  readonly price?: number;
  readonly max?: number;
  readonly default?: boolean | number;
}
