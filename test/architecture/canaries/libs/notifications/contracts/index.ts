export abstract class CartOf {}
export abstract class CatalogPrices {}
