// npm run samples: adds the missing samples under test/samples, and then writes docs/openapi.json. Check the changes
// before you commit them: a stored sample must never change, and a change of the document can break clients.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const [setting, ...suite] of [
  ['UPDATE_SAMPLES', 'test/samples'],
  ['UPDATE_OPENAPI', 'test/api/document'],
]) {
  const { status } = spawnSync(process.execPath, ['scripts/test.mjs', ...suite], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [setting]: '1' },
  });
  if (status !== 0) process.exit(status ?? 1);
}
