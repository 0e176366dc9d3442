// breaks: machinery-knows-no-context
import { leaked } from '../../inventory/contracts/index';
export const appended = leaked;
