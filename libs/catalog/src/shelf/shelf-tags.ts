/** The tags of cached responses. To invalidate a tag is to invalidate all responses with this tag. */
export const tags = {
  /** Texts, prices or listing of any product. */
  products: 'products',
  /** Categories and brands. Each product's view contains their names. */
  labels: 'labels',
  /** Stock of any product. This tag is usually invalidated at most once a second. */
  stock: 'stock',
  /** Sales counts. */
  sales: 'sales',
  product: (idOrSlug: string): string => `product:${idOrSlug}`,
} as const;
