// breaks: apps-stand-alone
import { reached } from '../../api/src/main';
export const borrowed = reached;
