import { defineConfig } from 'oxlint';

const banned = (message: string, names: string[]) => names.map((name) => ({ name, message }));

const time = banned('Time comes in through the environment.', ['Date', 'performance']);
const timers = banned('Timers come in through the environment.', [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'queueMicrotask',
  'requestAnimationFrame',
]);
const rim = [
  ...banned('Chance comes in through the environment.', ['crypto']),
  ...banned('The network comes in through the options.', ['fetch']),
  ...banned('Report through the environment.', ['console']),
];
const host = banned('Only host.ts and signals/ know their host.', [
  'document',
  'window',
  'self',
  'globalThis',
  'process',
]);
const chance = { object: 'Math', property: 'random', message: 'Chance comes in through the environment.' };
const now = { object: 'Date', property: 'now', message: 'Time comes in through the environment.' };

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { reportUnusedDisableDirectives: 'error' },
  env: { builtin: true },
  ignorePatterns: ['dist'],
  rules: {
    eqeqeq: ['error', 'always'],
    'no-else-return': 'error',
    'no-fallthrough': 'error',
    'no-self-compare': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'require-await': 'error',
    'import/no-cycle': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/return-await': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'unicorn/prefer-node-protocol': 'error',
    // The compiler's noImplicitReturns knows that a switch is exhaustive; this rule does not.
    'typescript/consistent-return': 'off',
    'typescript/require-array-sort-compare': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/prefer-add-event-listener': 'off',
  },
  overrides: [
    {
      files: ['test/**', 'bench/**', 'playground/**', 'scripts/**', '*.{ts,mjs}'],
      rules: {
        // It is there for what it does.
        'import/no-unassigned-import': ['error', { allow: ['**/mortal.mjs'] }],
        'typescript/no-misused-spread': 'off',
        'typescript/no-unsafe-type-assertion': 'off',
        'typescript/unbound-method': 'off',
      },
    },
    {
      files: ['packages/*/src/**'],
      rules: {
        'max-lines': ['error', 220],
        'no-restricted-globals': ['error', ...time, ...timers, ...rim, ...host],
        'no-restricted-properties': ['error', chance],
      },
    },
    {
      files: ['packages/*/src/signals/**', 'packages/*/src/hosts/**'],
      rules: { 'no-restricted-globals': ['error', ...time, ...timers, ...rim] },
    },
    {
      // A command is its process.
      files: ['packages/server/src/cli/**'],
      rules: { 'no-restricted-globals': ['error', ...time, ...timers, ...rim] },
    },
    {
      // An HTTP date is read there, against a `now` that is passed in.
      files: ['packages/client/src/transport/retry-after.ts'],
      rules: {
        'no-restricted-globals': ['error', ...timers, ...rim, ...host],
        'no-restricted-properties': ['error', chance, now],
      },
    },
    {
      files: ['packages/*/src/**/host.ts'],
      rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
    },
  ],
});
