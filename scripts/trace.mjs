// npm run trace -- order: builds the shop if its sources have changed, then draws the SQL statements of one order.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await ensureBuilt();
const run = spawnSync(process.execPath, ['bench/trace.mjs', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(run.status ?? 1);
