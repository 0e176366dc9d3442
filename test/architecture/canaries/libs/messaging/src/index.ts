// breaks: messaging-does-not-import-event-store
import { appended } from '../../event-store/src/index';
export const sent = appended;
