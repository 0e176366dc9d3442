// breaks: no-restricted-syntax CartOf is a question, CatalogPrices is a question, OrderBooks is a question, ContactOf is a question, SkuOwners is a question, StockHeld is a question
import { CartOf, CatalogPrices, ContactOf, OrderBooks, SkuOwners, StockHeld } from '../contracts/index';
export const nosy = [CartOf, CatalogPrices, OrderBooks, ContactOf, SkuOwners, StockHeld];
