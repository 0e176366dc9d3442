// With inline source maps, stack traces show the lines of the TypeScript files.
const typescript = [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2023',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
  },
];

const common = {
  rootDir: __dirname,
  // These two load packages once for each worker, not once for each suite (docs/decisions/0043).
  testEnvironment: '<rootDir>/test/support/jest/environment.cjs',
  runtime: '<rootDir>/test/support/jest/runtime.cjs',
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
  transform: { '^.+\\.ts$': typescript },
};

const onPostgres = {
  globalSetup: '<rootDir>/test/support/postgres.setup.ts',
  globalTeardown: '<rootDir>/test/support/postgres.teardown.ts',
};

// Suites that take long and rarely fail. They run together with the fault tests, so that `npm test` is fast.
const slow = [
  'test/journeys/(api-conventions|erasing|guests-and-staff|live-rights|live-tracking|payments|profile|spellings|replay|socket-limits)\\.e2e-spec\\.ts$',
  'test/(checkout/(interrupted|void-event)|api/sent-back)\\.int-spec\\.ts$',
  'projections/(projections|[a-z]+/(rebuild-steps|comparison|drift))\\.int-spec\\.ts$',
  'event-store/src/[a-z]+/((event-macs)\\.int-spec|evidence\\.spec)\\.ts$',
  'event-store/src/(seals/(seals|known-keys|stopped-seals)|verifications/verifications)\\.int-spec\\.ts$',
  'event-store/src/log-subscriptions/log-subscriptions\\.int-spec\\.ts$',
  'audit/(chain|chain-watch|verifications|waiting)\\.int-spec\\.ts$',
  'journals/journal-check\\.int-spec\\.ts$',
  'sagas/(sagas|definitions)\\.int-spec\\.ts$',
  'messaging/src/[a-z-]+/(claim-plans|dead-letters|delivery|absent-receiver|failing|outbox-crash|outbox-snapshot|elsewhere|instances|identities)\\.int-spec\\.ts$',
  'database/src/[a-z]+/(abandon|away|vacuum|patience)\\.int-spec\\.ts$',
  'embedded/embedded\\.int-spec\\.ts$',
  'serve/((every-route|closing|door)\\.spec|database-health\\.int-spec)\\.ts$',
  'identity/src/limited-routes\\.int-spec\\.ts$',
  'ordering/src/projections/read-models\\.int-spec\\.ts$',
  '(leadership/leadership|migrations/(migrate|logins))\\.int-spec\\.ts$',
];
const quick = { testPathIgnorePatterns: ['/node_modules/', ...slow] };

module.exports = {
  // A journey mostly waits for the application. With one worker for each core, the cores would be idle most of the time.
  maxWorkers: 3,
  // On a busy machine, a correct test can need many seconds.
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      ...quick,
      displayName: 'unit',
      testRegex: [
        '(libs|apps)/.*\\.spec\\.ts$',
        'test/samples/.*\\.spec\\.ts$',
        'test/architecture/canaries\\.spec\\.ts$',
      ],
    },
    { ...common, ...quick, ...onPostgres, displayName: 'integration', testRegex: ['\\.int-spec\\.ts$'] },
    {
      ...common,
      ...quick,
      ...onPostgres,
      displayName: 'journeys',
      testRegex: ['test/(journeys|api|samples)/.*\\.e2e-spec\\.ts$'],
    },
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
      testRegex: ['test/long/.*\\.e2e-spec\\.ts$', 'test/architecture/(?!canaries).*\\.spec\\.ts$', ...slow],
    },
  ],
  collectCoverageFrom: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
  coverageProvider: 'v8',
};
