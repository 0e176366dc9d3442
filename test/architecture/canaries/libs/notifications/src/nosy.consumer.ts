// breaks: no-restricted-syntax CartOf is a question, CatalogPrices is a question
import { CartOf, CatalogPrices } from '../contracts/index';
export const nosy = [CartOf, CatalogPrices];
