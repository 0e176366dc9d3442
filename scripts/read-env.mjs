// Reads the settings in the file `.env` next to package.json, for npm start and npm run shop. If the environment
// already has a variable, the value in the file is ignored. Tests do not read this file, so that they do not
// depend on a developer's machine.
import { statSync } from 'node:fs';
import { join } from 'node:path';

export function readEnvFile(root) {
  const file = join(root, '.env');
  if (process.env.NODE_ENV === 'test' || !statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  process.loadEnvFile(file);
}
