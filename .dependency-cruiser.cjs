// The rules about imports between folders. Each rule has a canary in test/architecture/canaries: a file that breaks the
// rule. A test checks that the rule finds its canary.
const contexts = 'identity|customers|catalog|inventory|cart|ordering|payments|notifications';
// A file of a context is plain TypeScript if its name has no second dot.
const pure = `^libs/(${contexts})/src/[^.]+\\.ts$`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'contexts-import-only-contracts-of-other-contexts',
      comment: 'A context imports only the contracts/ of another context.',
      severity: 'error',
      from: { path: `^libs/(${contexts})/` },
      to: { path: `^libs/(${contexts})/src/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'contracts-import-only-contracts',
      comment: 'Contracts import only the kernel and other contracts, because other contexts import them.',
      severity: 'error',
      from: { path: `^libs/(${contexts})/contracts/` },
      to: { pathNot: `^(libs/kernel/src/|libs/(${contexts})/contracts/)` },
    },
    {
      name: 'technical-libraries-import-no-context',
      comment: 'The technical libraries import no context.',
      severity: 'error',
      from: { path: '^libs/(platform|database|messaging|event-store)/' },
      to: { path: `^libs/(${contexts})/` },
    },
    {
      name: 'database-imports-only-system-parts',
      comment:
        'The library database imports neither messaging nor the event store. From the platform it imports only settings, clock and ids, canonical JSON and crash points.',
      severity: 'error',
      from: { path: '^libs/database/', pathNot: 'spec[.]ts$|/testing/' },
      to: { path: '^libs/(messaging|event-store|platform/src/(?!config/|system/|canonical/|crash-points/))' },
    },
    {
      name: 'messaging-does-not-import-event-store',
      severity: 'error',
      from: { path: '^libs/messaging/', pathNot: 'spec[.]ts$|/testing/' },
      to: { path: '^libs/event-store/' },
    },
    {
      name: 'kernel-imports-no-other-library',
      comment: 'The kernel imports only zod (for shapes), crypto (for hashes) and url (for domain names).',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: '[.]spec[.]ts$' },
      to: { pathNot: '^(libs/kernel/|(node:)?(crypto|url)$|.*node_modules/zod/)' },
    },
    {
      name: 'apps-only-compose',
      comment: 'An app only lists modules. The command line may also import queries and commands of a context.',
      severity: 'error',
      from: { path: '^apps/(?!cli/)' },
      to: {
        path: '^libs/',
        pathNot: `^libs/((platform|database|messaging|event-store)/src/|kernel/src/|(${contexts})/src/[a-z]+\\.module\\.ts$)`,
      },
    },
    {
      name: 'libraries-do-not-import-apps',
      severity: 'error',
      from: { path: '^(libs|migrations|bench)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-do-not-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/($1/|[^/]+$)' },
    },
    {
      name: 'pure-files-stay-pure',
      comment:
        'Rules, views and the pure functions of sagas are plain TypeScript: they import no framework, no platform and only crypto of Node.',
      severity: 'error',
      from: { path: pure },
      to: {
        pathNot: `^(libs/kernel/src/|libs/(${contexts})/contracts/|libs/(${contexts})/src/[^.]+\\.ts$|(node:)?crypto$|.*node_modules/zod/)`,
      },
    },
    {
      name: 'migrations-are-frozen',
      comment:
        'A migration contains its SQL as it ran. It imports no other code, because a change of that code would change it.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { pathNot: '^(libs/database/src/migrations/index[.]ts$|.*node_modules/typeorm/)' },
    },
    {
      name: 'model-imports-no-feature',
      comment:
        'The folder model of a context imports no other folder of the context, because views and routes must not affect ' +
        'decisions. One exception: the store of products also writes the shelf, in the same transaction.',
      severity: 'error',
      from: {
        path: `^libs/(${contexts})/src/model/`,
        pathNot: '[.](int-)?spec[.]ts$|^libs/catalog/src/model/products[.]store[.]ts$',
      },
      to: { path: '^libs/$1/src/[^/]+/', pathNot: '^libs/$1/src/model/' },
    },
    {
      name: 'no-circular-imports',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-must-exist',
      comment: 'Every import can be resolved, and package.json names its package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'fields-are-declared-in-one-way',
      comment:
        'readFlatInput (libs/platform/src/http/field.ts) finds only fields with our own decorators. It would miss a field with decorators of class-validator.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^libs/platform/src/(http|config)/' },
      to: { path: 'node_modules/class-validator/' },
    },
    {
      name: 'shop-does-not-import-test-tools',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.(spec|int-spec|e2e-spec|adapter-spec|contract)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'shop-does-not-import-tests',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.(spec|int-spec|e2e-spec|adapter-spec|contract)\\.ts$' },
      to: { path: '^test/|\\.(spec|int-spec|e2e-spec|adapter-spec|contract)\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Canaries break the rules intentionally. Files of an overlay are correct only inside the source tree into which a
    // test copies them.
    exclude: { path: '^test/architecture/canaries/|/overlay/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['shop-source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
