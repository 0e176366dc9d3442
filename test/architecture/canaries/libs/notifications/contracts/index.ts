export abstract class CartOf {}
export abstract class CatalogPrices {}
export abstract class OrderingAccounts {}
export abstract class ContactOf {}
export abstract class SkuOwners {}
export abstract class StockCounts {}
