// Reads the settings in the file `.env` next to package.json, for npm start and npm run shop. A variable that is set already
// wins. Tests do not read this file, so that they do not depend on a developer's machine.
import { statSync } from 'node:fs';
import { join } from 'node:path';

export function readEnvFile(root) {
  const file = join(root, '.env');
  if (process.env.NODE_ENV === 'test' || !statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  process.loadEnvFile(file);
}
