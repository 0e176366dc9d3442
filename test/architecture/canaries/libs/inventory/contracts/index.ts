// breaks: contracts-import-only-contracts
import { shelf } from '../src/model/stock';
export const leaked = shelf;
