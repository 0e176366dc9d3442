// breaks: database-imports-only-system-parts
import { sent } from '../../messaging/src/index';
export const pool = sent;
