// breaks: apps-do-not-import-each-other
import { reached } from '../../api/src/main';
export const borrowed = reached;
