// breaks: no-restricted-syntax CartOf is a question, CatalogPrices is a question, OrderBooks is a question, ContactOf is a question, SkuOwners is a question, StockCounts is a question
import { CartOf, CatalogPrices, ContactOf, OrderBooks, SkuOwners, StockCounts } from '../contracts/index';
export const nosy = [CartOf, CatalogPrices, OrderBooks, ContactOf, SkuOwners, StockCounts];
