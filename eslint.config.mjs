import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import messagesByInbox from './scripts/eslint/messages-by-inbox.mjs';

const names = ['identity', 'customers', 'catalog', 'inventory', 'cart', 'ordering', 'payments', 'notifications'];
const contexts = `{${names.join(',')}}`;
const tests = [
  '**/*.spec.ts',
  '**/*.int-spec.ts',
  '**/*.e2e-spec.ts',
  '**/*.adapter-spec.ts',
  '**/*.contract.ts',
  '**/testing/**',
  'test/**',
];

const saga = {
  selector: "Decorator[expression.callee.name='Saga']",
  message: "Nest's @Saga() dies with its first error; write a saga of ours (#messaging/sagas).",
};
const eventsHandler = {
  selector: "Decorator[expression.callee.name='EventsHandler']",
  message: "Nest's @EventsHandler is never called, for no event stays in memory; use @InboxEventsHandler (#messaging).",
};
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read in one place: #platform/config.',
};
const farPath = {
  selector: 'ImportDeclaration[source.value=/\\.\\.\\/\\.\\.\\/\\.\\./]',
  message: 'A path with ../../.. wants to be somewhere else.',
};
const sql = {
  selector:
    ':matches(TemplateElement[value.raw=/^\\s*(select|insert into|update|delete from|with)\\s[^]*\\b(from|set|values|into|as)\\b/], Literal[value=/^\\s*(select|insert into|update|delete from|with)\\s.*\\b(from|set|values|into|as)\\b/])',
  message: 'SQL lives in .store, .projection and .query files.',
};
// Which questions one context may put to another; anything else is kept from messages.
const question = (name) => ({
  selector: `ImportSpecifier[imported.name='${name}']`,
  message: `${name} is a question: ordering asks cart, catalog and customers, cart and inventory ask catalog, catalog asks inventory, identity asks ordering, and nobody else asks anybody.`,
});
const asked = ['CartOf', 'CatalogPrices', 'OrderBooks', 'ContactOf', 'SkuOwners', 'StockHeld'];
const asks = {
  ordering: ['CartOf', 'CatalogPrices', 'OrderBooks', 'ContactOf'],
  cart: ['CartOf', 'CatalogPrices'],
  catalog: ['CatalogPrices', 'SkuOwners', 'StockHeld'],
  inventory: ['SkuOwners', 'StockHeld'],
  identity: ['OrderBooks'],
  customers: ['ContactOf'],
};
const everywhere = [saga, eventsHandler, environment, farPath];
const walls = (context) => {
  const questions = asked.filter((name) => !asks[context]?.includes(name)).map(question);
  return [
    {
      files: [`libs/${context}/src/**/*.ts`],
      rules: { 'no-restricted-syntax': ['error', ...everywhere, ...questions, sql] },
    },
    {
      files: [`libs/${context}/src/**/*.{store,projection,query}.ts`],
      rules: { 'no-restricted-syntax': ['error', ...everywhere, ...questions] },
    },
  ];
};

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'coverage/**',
      '.data/**',
      'test/architecture/canaries/**',
      'test/faults/support/*/overlay/**',
      'test/client/generated/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { shop: { rules: { 'messages-by-inbox': messagesByInbox } } },
    rules: {
      'shop/messages-by-inbox': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      'no-restricted-syntax': ['error', ...everywhere],
    },
  },
  ...names.flatMap(walls),
  {
    // Plain TypeScript: time, chance and the machine come in as arguments.
    files: [`libs/${contexts}/src/**/!(*.*).ts`, 'libs/kernel/src/!(*.*).ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['Date', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto'].map(
          (name) => ({
            name,
            message: 'A pure file is told the time and everything else it needs.',
          }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'A pure file throws no dice.' },
      ],
    },
  },
  {
    files: ['libs/messaging/src/**', 'libs/platform/src/config/**', 'scripts/**', 'bench/**', 'apps/**'],
    rules: { 'no-restricted-syntax': ['error', farPath] },
  },
  {
    // The inbox itself hands over what has arrived.
    files: ['libs/messaging/src/messages/handlers.ts'],
    rules: { 'shop/messages-by-inbox': 'off' },
  },
  {
    files: tests,
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        performance: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  prettier,
);
