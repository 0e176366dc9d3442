// npm run bench [-- section …]: builds the shop if its sources have changed, then runs the benchmarks.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await ensureBuilt();
// The same memory setting as in `npm start`, because some sections run the application's code in this process.
const run = spawnSync(process.execPath, ['--max-semi-space-size=64', 'bench/main.mjs', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
