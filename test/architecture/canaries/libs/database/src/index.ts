// breaks: database-leans-on-the-system-only
import { sent } from '../../messaging/src/index';
export const pool = sent;
