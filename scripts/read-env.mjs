// Reads the settings in the file `.env` next to package.json, for npm start and npm run shop. A variable that the
// environment already has keeps its value. Tests do not read `.env`, so that their results are the same on each
// machine.
import { statSync } from 'node:fs';
import { join } from 'node:path';

export function readEnvFile(root) {
  const file = join(root, '.env');
  if (process.env.NODE_ENV === 'test' || !statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  process.loadEnvFile(file);
}
