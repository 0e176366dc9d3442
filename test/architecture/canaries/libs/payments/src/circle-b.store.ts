import { a } from './circle-a.store';
export const b = (): unknown => a;
