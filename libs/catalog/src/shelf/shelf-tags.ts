/** What cached answers are forgotten by. */
export const tags = {
  /** Any product's texts, prices or place on the shelf. */
  products: 'products',
  /** Names of categories and brands, which every product's view carries. */
  labels: 'labels',
  /** How many of anything there are; renewed once a second at most. */
  stock: 'stock',
  /** How often things were sold. */
  sales: 'sales',
  product: (idOrSlug: string): string => `product:${idOrSlug}`,
} as const;
