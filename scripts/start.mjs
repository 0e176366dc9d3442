// Builds the shop if a source is newer than the last build. Then runs the shop in this process, so that it gets the
// signals.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';
import { readEnvFile } from './read-env.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const service = process.argv[2] ?? 'api';

if (!existsSync(join(root, 'apps', service, 'src', 'main.ts'))) {
  process.stderr.write(`There is no service ${service}: see apps/\n`);
  process.exit(1);
}
readEnvFile(root);
await ensureBuilt();
// npm sends a signal only to its shell, and the shell ends. Then this process gets another parent, and so knows that it
// must close the shop.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || process.kill(process.pid, 'SIGTERM'), 250).unref();
}
module.enableCompileCache?.(join(root, 'dist', '.compile-cache')); // since Node 22
await import(join(root, 'dist', 'apps', service, 'src', 'main.js'));
