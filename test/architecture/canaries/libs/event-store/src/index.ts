// breaks: technical-libraries-import-no-context
import { leaked } from '../../inventory/contracts/index';
export const appended = leaked;
