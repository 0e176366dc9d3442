// breaks: contexts-import-only-contracts-of-other-contexts
import { shelf } from '../../../inventory/src/model/stock';
export const peeked = shelf;
