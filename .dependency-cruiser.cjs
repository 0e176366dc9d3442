// The house's walls. Every rule has a canary under test/architecture/canaries that the suite proves is caught.
const contexts = 'identity|customers|catalog|inventory|cart|ordering|payments|notifications';
// Plain TypeScript: a file of a context whose name has no second dot.
const pure = `^libs/(${contexts})/src/[^.]+\\.ts$`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'contexts-meet-in-contracts',
      comment: "A context imports another's contracts/ only.",
      severity: 'error',
      from: { path: `^libs/(${contexts})/` },
      to: { path: `^libs/(${contexts})/src/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'contracts-are-words',
      comment: 'Contracts lean on the kernel and on other contracts: they are what strangers see of a context.',
      severity: 'error',
      from: { path: `^libs/(${contexts})/contracts/` },
      to: { pathNot: `^(libs/kernel/src/|libs/(${contexts})/contracts/)` },
    },
    {
      name: 'machinery-knows-no-context',
      severity: 'error',
      from: { path: '^libs/(platform|database|messaging|event-store)/' },
      to: { path: `^libs/(${contexts})/` },
    },
    {
      name: 'database-leans-on-the-system-only',
      comment:
        'Below messaging and the event store; of the platform it takes settings, time and the spelling of signed bytes.',
      severity: 'error',
      from: { path: '^libs/database/', pathNot: 'spec[.]ts$|/testing/' },
      to: { path: '^libs/(messaging|event-store|platform/src/(?!config/|system/|canonical/|crash-points/))' },
    },
    {
      name: 'messaging-knows-no-event-store',
      severity: 'error',
      from: { path: '^libs/messaging/', pathNot: 'spec[.]ts$|/testing/' },
      to: { path: '^libs/event-store/' },
    },
    {
      name: 'kernel-leans-on-nothing',
      comment: 'Nothing but zod, which gives shapes their types, hashing, and the spelling of domains.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: '[.]spec[.]ts$' },
      to: { pathNot: '^(libs/kernel/|(node:)?(crypto|url)$|.*node_modules/zod/)' },
    },
    {
      name: 'apps-only-compose',
      comment: 'An app names modules. The command line may also ask what a context asks and commands itself.',
      severity: 'error',
      from: { path: '^apps/(?!cli/)' },
      to: {
        path: '^libs/',
        pathNot: `^libs/((platform|database|messaging|event-store)/src/|kernel/src/|(${contexts})/src/[a-z]+\\.module\\.ts$)`,
      },
    },
    {
      name: 'nobody-leans-on-apps',
      severity: 'error',
      from: { path: '^(libs|migrations|bench)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-stand-alone',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/($1/|[^/]+$)' },
    },
    {
      name: 'pure-files-stay-pure',
      comment: 'Rules, views and sagas are plain TypeScript: no framework, no platform, no machine.',
      severity: 'error',
      from: { path: pure },
      to: {
        pathNot: `^(libs/kernel/src/|libs/(${contexts})/contracts/|libs/(${contexts})/src/[^.]+\\.ts$|(node:)?crypto$|.*node_modules/zod/)`,
      },
    },
    {
      name: 'migrations-are-frozen',
      comment: 'A migration holds its SQL as it ran: what the code says today must not change it.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { pathNot: '^(libs/database/src/migrations/index[.]ts$|.*node_modules/typeorm/)' },
    },
    {
      name: 'model-stands-alone',
      comment:
        "A context's model imports no sibling folder: commands decide on it, whatever a view or a route looks like. " +
        "The catalogue's store writes the shelf in the product's own transaction.",
      severity: 'error',
      from: {
        path: `^libs/(${contexts})/src/model/`,
        pathNot: '[.](int-)?spec[.]ts$|^libs/catalog/src/model/products[.]store[.]ts$',
      },
      to: { path: '^libs/$1/src/[^/]+/', pathNot: '^libs/$1/src/model/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-missing',
      comment: 'An import that cannot be resolved, or that package.json does not name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'fields-are-declared-in-one-way',
      comment:
        'A field that class-validator alone knows would be missed by readFlatInput (libs/platform/src/http/field.ts).',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^libs/platform/src/(http|config)/' },
      to: { path: 'node_modules/class-validator/' },
    },
    {
      name: 'shop-does-not-need-test-tools',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.(spec|int-spec|e2e-spec|adapter-spec|contract)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'shop-does-not-need-tests',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.(spec|int-spec|e2e-spec|adapter-spec|contract)\\.ts$' },
      to: { path: '^test/|\\.(spec|int-spec|e2e-spec|adapter-spec|contract)\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Code that breaks the rules on purpose, and files that a test lays over a copy of the tree.
    exclude: { path: '^test/architecture/canaries/|/overlay/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['shop-source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
