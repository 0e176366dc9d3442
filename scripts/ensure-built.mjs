// Builds the shop if a source is newer than the last build. npm start, npm test, npm run shop and npm run bench use it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const main = join(root, 'dist', 'apps', 'api', 'src', 'main.js');
const stamp = join(root, 'dist', '.built');
const lock = join(root, 'dist', '.building');
const SOURCES = [
  'apps',
  'libs',
  'migrations',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];
const isSource = (path) => !/\.(?:spec|int-spec|e2e-spec|adapter-spec|contract)\.ts$|\.md$/.test(path);

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(path) {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return isSource(path) ? timeOf(path) : 0;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

const isBuilt = () => {
  const built = Math.min(timeOf(stamp), timeOf(main) ? Infinity : 0);
  return built > 0 && SOURCES.every((source) => newest(join(root, source)) <= built);
};

/**
 * Only one process builds at a time. Other processes wait until it has finished. If it has died, one of them builds.
 */
async function locked(work) {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (Date.now() - timeOf(lock) > 180_000) rmSync(lock, { recursive: true, force: true });
      await pause(200);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function build(say) {
  if (isBuilt()) return; // another process has built the shop while this process waited
  const started = new Date();
  say('Building the shop (only after a change) … ');
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build', 'api'], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  if (status !== 0) {
    process.stderr.write('The build failed; see above.\n');
    process.exitCode = 1;
    return;
  }
  writeFileSync(stamp, '');
  say(`done in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s\n`);
}

/**
 * Ends the process if the build fails. Standard output may be JSON, so the compiler's output goes to standard error.
 */
export async function ensureBuilt({ quiet = false } = {}) {
  const say = (text) => quiet || process.stderr.write(text);
  if (!isBuilt()) await locked(() => build(say));
  if (process.exitCode) process.exit();
}
