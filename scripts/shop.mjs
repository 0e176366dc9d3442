// npm run shop -- <command>: the operator's command line, on the built code.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await ensureBuilt({ quiet: true });
// A rebuild makes much that is soon forgotten: kept in a small place it takes a tenth less memory, and no more time.
const run = spawnSync(
  process.execPath,
  ['--max-semi-space-size=4', 'dist/apps/cli/src/main.js', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exit(run.status ?? 1);
