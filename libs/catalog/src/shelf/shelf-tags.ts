/** The tags by which cached answers are invalidated. */
export const tags = {
  /** Any product's texts, prices or place on the shelf. */
  products: 'products',
  /** Names of categories and brands, which every product's view contains. */
  labels: 'labels',
  /** Stock of any product; renewed once a second at most. */
  stock: 'stock',
  /** How often things were sold. */
  sales: 'sales',
  product: (idOrSlug: string): string => `product:${idOrSlug}`,
} as const;
