// breaks: pure-files-stay-pure
import { readFileSync } from 'node:fs';
export const rule = readFileSync;
