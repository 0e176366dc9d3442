// breaks: no-restricted-syntax ../../.. wants to be somewhere else
import { far } from '../../../contracts/index';
export const away = far;
