// What was changed in `.env` beside package.json, for npm start and npm run shop. A variable that is set already wins, and
// tests read no such file: they would depend on what somebody has on their machine.
import { statSync } from 'node:fs';
import { join } from 'node:path';

export function readEnvFile(root) {
  const file = join(root, '.env');
  if (process.env.NODE_ENV === 'test' || !statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  process.loadEnvFile(file);
}
