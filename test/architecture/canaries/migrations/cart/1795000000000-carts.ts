// breaks: migrations-are-frozen
import { sent } from '../../libs/messaging/src/index';
export const upToday = sent;
