export abstract class CartOf {}
export abstract class CatalogPrices {}
export abstract class OrderBooks {}
export abstract class ContactOf {}
export abstract class SkuOwners {}
export abstract class StockCounts {}
