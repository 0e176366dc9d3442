// breaks: nothing-missing
import { gone } from './gone.store';
export const lost = gone as unknown;
