const { readdirSync, readFileSync, existsSync } = require('node:fs');
const { join } = require('node:path');

// Nest 12 and a few others ship ESM only. Jest runs our code as CommonJS and cannot require() ESM before
// Node 24.9, so ESM-only packages are compiled too. The list is read from node_modules, not kept by hand.
function esmPackages(dir = join(__dirname, 'node_modules')) {
  const found = [];
  for (const entry of readdirSync(dir)) {
    if (entry.startsWith('.')) continue;
    const names = entry.startsWith('@') ? readdirSync(join(dir, entry)).map((name) => `${entry}/${name}`) : [entry];
    for (const name of names) {
      const manifest = join(dir, name, 'package.json');
      if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module') found.push(name);
    }
  }
  return found;
}
const esm = esmPackages()
  .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  .join('|');

// Stacks lead into our own files; a map of every package costs a seventh of a suite's processor time.
const swc = (parser, extra, sourceMaps = 'inline') => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps,
    module: { type: 'commonjs' },
    jsc: { target: 'es2023', keepClassNames: true, parser, ...extra },
  },
];

const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  moduleNameMapper: {
    '^#crash-points$': '<rootDir>/libs/platform/src/crash-points/none.ts',
    '^#kernel$': '<rootDir>/libs/kernel/src/index.ts',
    '^#platform/(.*)$': '<rootDir>/libs/platform/src/$1/index.ts',
    '^#(database|messaging|event-store)$': '<rootDir>/libs/$1/src/index.ts',
    '^#(database|messaging|event-store)/(.*)$': '<rootDir>/libs/$1/src/$2/index.ts',
    '^#contracts/(.*)$': '<rootDir>/libs/$1/contracts/index.ts',
    '^#identity/(.*)$': '<rootDir>/libs/identity/src/$1.ts',
    '^#ordering/(.*)$': '<rootDir>/libs/ordering/src/$1.ts',
    '^#modules/(.*)$': '<rootDir>/libs/$1/src/$1.module.ts',
  },
  transform: {
    '^.+\\.ts$': swc(
      { syntax: 'typescript', decorators: true },
      { transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true } },
    ),
    '^.+\\.m?js$': swc({ syntax: 'ecmascript' }, {}, false),
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esm})/)`],
};

const onPostgres = {
  globalSetup: '<rootDir>/test/support/postgres.setup.ts',
  globalTeardown: '<rootDir>/test/support/postgres.teardown.ts',
};

// What takes long and seldom breaks runs with the faults, so that `npm test` stays quick.
const slow = [
  'test/journeys/(manners|erasing|guests-and-staff|live-rights|live-tracking|payments|profile|spellings|replay|socket-limits)\\.e2e-spec\\.ts$',
  'test/(checkout/(interrupted|void-event)|api/sent-back)\\.int-spec\\.ts$',
  'projections/(projections|[a-z]+/(rebuild-steps|comparison|set-aside|drift))\\.int-spec\\.ts$',
  'event-store/src/[a-z]+/((sequencer|schema-evolution|event-macs)\\.int-spec|evidence\\.spec)\\.ts$',
  'event-store/src/(seals/(seals|known-keys|stopped-seals)|verifications/verifications)\\.int-spec\\.ts$',
  'event-store/src/(streams/event-store\\.module|log-subscriptions/log-subscriptions)\\.int-spec\\.ts$',
  'audit/(chain|chain-watch|verifications|waiting)\\.int-spec\\.ts$',
  'journals/journal-check\\.int-spec\\.ts$',
  'sagas/(sagas|definitions)\\.int-spec\\.ts$',
  'messaging/src/[a-z-]+/(claim-plans|dead-letters|delivery|absent-receiver|failing|outbox-crash|outbox-snapshot|elsewhere|instances|identities)\\.int-spec\\.ts$',
  'messaging/src/upkeep/upkeep\\.int-spec\\.ts$',
  'database/src/[a-z]+/(abandon|away|vacuum|patience)\\.int-spec\\.ts$',
  'embedded/embedded\\.int-spec\\.ts$',
  'serve/((manners|closing|door)\\.spec|database-health\\.int-spec)\\.ts$',
  'identity/src/limited-routes\\.int-spec\\.ts$',
  'ordering/src/projections/read-models\\.int-spec\\.ts$',
  '(leadership/leadership|migrations/migrate)\\.int-spec\\.ts$',
];
const quick = { testPathIgnorePatterns: ['/node_modules/', ...slow] };

module.exports = {
  // Much of a journey is waiting for the shop; one worker a core would leave them idle.
  maxWorkers: 3,
  // A crowded machine is slow, not wrong.
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      ...quick,
      displayName: 'unit',
      testRegex: ['(libs|apps)/.*\\.spec\\.ts$', 'test/samples/.*\\.spec\\.ts$'],
    },
    { ...common, ...quick, ...onPostgres, displayName: 'integration', testRegex: ['\\.int-spec\\.ts$'] },
    { ...common, ...quick, ...onPostgres, displayName: 'journeys', testRegex: ['test/journeys/.*\\.e2e-spec\\.ts$'] },
    { ...common, displayName: 'adapters', testRegex: ['\\.adapter-spec\\.ts$'] },
    {
      ...common,
      ...onPostgres,
      displayName: 'faults',
      testRegex: ['test/faults/.*\\.e2e-spec\\.ts$'],
    },
    {
      ...common,
      ...onPostgres,
      displayName: 'long',
      testRegex: ['test/long/.*\\.e2e-spec\\.ts$', 'test/architecture/.*\\.spec\\.ts$', ...slow],
    },
  ],
  collectCoverageFrom: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
  coverageProvider: 'v8',
};
