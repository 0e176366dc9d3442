import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const reader = pathToFileURL(resolve(__dirname, '../../../../scripts/read-env.mjs')).href;

function portAfterReading(root: string, env: NodeJS.ProcessEnv = {}): string {
  const script = `import { readEnvFile } from '${reader}'; readEnvFile(process.argv[1]); console.log(process.env.PORT)`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, root], {
    env: env,
    encoding: 'utf8',
  });
  return (stdout + stderr).trim();
}

describe('.env', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'shop-env-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('sets only variables that the environment does not have', () => {
    writeFileSync(join(root, '.env'), '# a port of our own\nPORT=3100\n');
    expect(portAfterReading(root)).toBe('3100');
    expect(portAfterReading(root, { PORT: '3200' })).toBe('3200');
  });

  it('is not read in tests', () => {
    writeFileSync(join(root, '.env'), 'PORT=3100\n');
    expect(portAfterReading(root, { NODE_ENV: 'test' })).toBe('undefined');
  });

  it('can be missing', () => {
    expect(portAfterReading(root)).toBe('undefined');
    mkdirSync(join(root, '.env'));
    expect(portAfterReading(root)).toBe('undefined');
  });
});
