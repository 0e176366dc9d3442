// breaks: nobody-leans-on-apps
import { reached } from '../../../apps/api/src/main';
export const backwards = reached;
