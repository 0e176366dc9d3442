// breaks: no-circles
import { b } from './circle-b.store';
export const a = (): unknown => b;
