// breaks: contexts-meet-in-contracts
import { shelf } from '../../../inventory/src/model/stock';
export const peeked = shelf;
