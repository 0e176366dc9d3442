// npm test: builds what is stale, then runs the suites that a machine with only Node can run.
// --adapters runs the contract suites against real servers (TEST_* variables), --faults the kill tests.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const flags = process.argv.slice(2);
const wants = (flag) => flags.includes(flag) && flags.splice(flags.indexOf(flag), 1);

const servers = ['TEST_DATABASE_URL', 'TEST_REDIS_URL', 'TEST_ELASTICSEARCH_URL'];
const adapters = wants('--adapters');
const faults = wants('--faults');

if (adapters) {
  const missing = servers.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    console.error(`The adapter suites talk to real servers, and these are not named: ${missing.join(', ')}`);
    process.exit(2);
  }
}

const projects = adapters ? ['adapters'] : faults ? ['faults'] : ['unit', 'integration', 'journeys'];

if (!adapters) await ensureBuilt();

// One suite at a time: what is killed and crowded must not also starve its neighbours.
const alone = faults ? ['--runInBand'] : [];

// --selectProjects takes every word that follows it, so a path needs its own flag before it is a path.
const paths = flags[0] !== undefined && !flags[0].startsWith('-') ? ['--testPathPatterns'] : [];

const jest = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '--selectProjects', ...projects, ...alone, ...paths, ...flags],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'test' },
  },
);
process.exit(jest.status ?? 1);
