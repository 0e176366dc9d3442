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
  message: "Nest's @Saga() dies with its first error, and then handles no event. Use a saga of #messaging/sagas.",
};
const eventsHandler = {
  selector: "Decorator[expression.callee.name='EventsHandler']",
  message:
    "Nest's @EventsHandler is never called, because no event is published in memory. Use @InboxEventsHandler (#messaging).",
};
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read in one place: #platform/config.',
};
const farPath = {
  selector: 'ImportDeclaration[source.value=/\\.\\.\\/\\.\\.\\/\\.\\./]',
  message: 'A path with ../../.. wants to be somewhere else: move the file, or use an alias such as #kernel.',
};
const sql = {
  selector:
    ':matches(TemplateElement[value.raw=/^\\s*(select|insert into|update|delete from|with)\\s[^]*\\b(from|set|values|into|as)\\b/], Literal[value=/^\\s*(select|insert into|update|delete from|with)\\s.*\\b(from|set|values|into|as)\\b/])',
  message: 'SQL lives in .store, .projection and .query files.',
};
// The questions (calls) that one context is allowed to ask another. All other data comes by messages.
const question = (name) => ({
  selector: `ImportSpecifier[imported.name='${name}']`,
  message: `${name} is a question (a call to another context). Only these are allowed: ordering asks cart, catalog and customers; cart and inventory ask catalog; catalog asks inventory; identity asks ordering.`,
});
const allQuestions = ['CartOf', 'CatalogPrices', 'OrderingAccounts', 'ContactOf', 'SkuOwners', 'StockCounts'];
const questionsOf = {
  ordering: ['CartOf', 'CatalogPrices', 'OrderingAccounts', 'ContactOf'],
  cart: ['CartOf', 'CatalogPrices'],
  catalog: ['CatalogPrices', 'SkuOwners', 'StockCounts'],
  inventory: ['SkuOwners', 'StockCounts'],
  identity: ['OrderingAccounts'],
  customers: ['ContactOf'],
};
const everywhere = [saga, eventsHandler, environment, farPath];
const boundaryRules = (context) => {
  const forbidden = allQuestions.filter((name) => !questionsOf[context]?.includes(name)).map(question);
  return [
    {
      files: [`libs/${context}/src/**/*.ts`],
      rules: { 'no-restricted-syntax': ['error', ...everywhere, ...forbidden, sql] },
    },
    {
      files: [`libs/${context}/src/**/*.{store,projection,query}.ts`],
      rules: { 'no-restricted-syntax': ['error', ...everywhere, ...forbidden] },
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
  ...names.flatMap(boundaryRules),
  {
    // Plain TypeScript files get times, random numbers and ids as arguments.
    files: [`libs/${contexts}/src/**/!(*.*).ts`, 'libs/kernel/src/!(*.*).ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['Date', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto'].map(
          (name) => ({
            name,
            message: 'A pure file gets the time, and everything else that it needs, as arguments.',
          }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'A pure file gets random numbers as arguments.' },
      ],
    },
  },
  {
    files: ['libs/messaging/src/**', 'libs/platform/src/config/**', 'scripts/**', 'bench/**', 'apps/**'],
    rules: { 'no-restricted-syntax': ['error', farPath] },
  },
  {
    // The inbox itself passes messages to the command bus.
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
