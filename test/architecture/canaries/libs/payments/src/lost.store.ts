// breaks: imports-must-exist
import { gone } from './gone.store';
export const lost = gone as unknown;
