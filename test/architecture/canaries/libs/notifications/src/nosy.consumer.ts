// breaks: no-restricted-syntax CartOf is a question, CatalogPrices is a question, OrderingAccounts is a question, ContactOf is a question, SkuOwners is a question, StockCounts is a question
import { CartOf, CatalogPrices, ContactOf, OrderingAccounts, SkuOwners, StockCounts } from '../contracts/index';
export const nosy = [CartOf, CatalogPrices, OrderingAccounts, ContactOf, SkuOwners, StockCounts];
