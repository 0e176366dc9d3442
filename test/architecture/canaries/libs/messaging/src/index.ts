// breaks: messaging-knows-no-event-store
import { appended } from '../../event-store/src/index';
export const sent = appended;
