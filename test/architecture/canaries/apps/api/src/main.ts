// breaks: apps-only-compose
import { shelf } from '../../../libs/inventory/src/model/stock';
export const reached = shelf;
