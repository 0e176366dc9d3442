// breaks: no-circular-imports
import { b } from './circle-b.store';
export const a = (): unknown => b;
