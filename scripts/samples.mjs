// npm run samples: adds the missing samples under test/samples, then writes docs/openapi.json. Look at the difference before
// you commit it: a sample that is stored is never changed, and a document that changes is seen by clients.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const [setting, ...suite] of [
  ['UPDATE_SAMPLES', 'test/samples'],
  ['UPDATE_OPENAPI', '--long', 'test/long/document'],
]) {
  const { status } = spawnSync(process.execPath, ['scripts/test.mjs', ...suite], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [setting]: '1' },
  });
  if (status !== 0) process.exit(status ?? 1);
}
