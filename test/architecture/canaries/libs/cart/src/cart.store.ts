// breaks: libraries-do-not-import-apps
import { reached } from '../../../apps/api/src/main';
export const backwards = reached;
