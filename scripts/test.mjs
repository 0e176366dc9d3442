// npm test: builds the shop if its sources have changed, and then runs the suites that need only Node.
// --adapters runs the contract suites against real servers (TEST_* variables).
// --faults runs the fault tests and the slow tests, --kills only the fault tests, --long only the slow tests.
// --faults --all repeats each fault as often as docs/faults.md says, which takes hours.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const flags = process.argv.slice(2);
const wants = (flag) => flags.includes(flag) && flags.splice(flags.indexOf(flag), 1);

const servers = ['TEST_DATABASE_URL', 'TEST_REDIS_URL', 'TEST_ELASTICSEARCH_URL'];
const adapters = wants('--adapters');
const kills = wants('--kills');
const long = wants('--long');
const faults = wants('--faults');
const whole = wants('--all') ? { FAULTS: 'whole' } : {};

if (adapters) {
  const missing = servers.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    console.error(`The adapter suites need real servers, but these variables are not set: ${missing.join(', ')}`);
    process.exit(2);
  }
}

const chosen = [
  [adapters, ['adapters']],
  [kills, ['faults']],
  [long, ['long']],
  [faults, ['faults', 'long']],
].find(([isWanted]) => isWanted);
const projects = chosen?.[1] ?? ['unit', 'integration', 'journeys'];

if (!adapters) await ensureBuilt();

// Fault suites run one at a time, because they use the whole machine.
// Jest is forced to exit, because a failed suite can leave running processes, for which Jest would wait for ever.
const alone = projects.includes('faults') ? ['--runInBand', '--forceExit'] : [];

// Jest reads every word after --selectProjects as a project. So a path needs the flag --testPathPatterns in front.
const paths = flags[0] !== undefined && !flags[0].startsWith('-') ? ['--testPathPatterns'] : [];

const jest = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '--selectProjects', ...projects, ...alone, ...paths, ...flags],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...whole, NODE_ENV: 'test' },
  },
);
process.exit(jest.status ?? 1);
