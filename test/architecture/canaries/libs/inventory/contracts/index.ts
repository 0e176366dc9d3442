// breaks: contracts-are-words
import { shelf } from '../src/model/stock';
export const leaked = shelf;
