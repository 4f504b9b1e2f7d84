import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const minute = 60_000;
/** A busy machine may take longer than the second for which is asked by default. */
const patience = { poll: { timeout: 10_000 } };
const realTime = { testTimeout: minute, hookTimeout: minute, expect: patience };

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** The sources, so that adapters and their tests share one client without a build. */
const alias = [
  { find: /^pushstream-client$/, replacement: source('client/src/index.ts') },
  { find: /^pushstream-client\/(.*)$/, replacement: source('client/src/$1/index.ts') },
  { find: /^pushstream-(react|vue|svelte|server|inspector)$/, replacement: source('$1/src/index.ts') },
  { find: /^pushstream-server\/(.*)$/, replacement: source('server/src/$1/index.ts') },
];

/** The same tests on the oldest release that is supported. */
const react18 = ['react', 'react-dom'].map((name) => ({
  find: new RegExp(`^${name}(?=/|$)`),
  replacement: fileURLToPath(new URL(`test/adapters/react-18/node_modules/${name}`, import.meta.url)),
}));

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{protocol,connection,transport,client,testing,types}/**/*.test.ts'],
          typecheck: {
            enabled: true,
            checker: 'tsc',
            tsconfig: 'test/types/tsconfig.json',
            include: ['test/types/**/*.test-d.{ts,tsx}'],
          },
        },
      },
      {
        test: {
          name: 'socket',
          include: ['test/{socket,transports}/**/*.test.ts'],
          ...realTime,
        },
      },
      {
        // Rooms and seams of the server by a manual clock; its behaviour over sockets too.
        resolve: { alias },
        test: {
          name: 'server',
          include: ['test/server/**/*.test.ts'],
          exclude: ['test/server/redis/**'],
          ...realTime,
        },
      },
      {
        // The log in Redis, on servers of its own.
        resolve: { alias },
        test: { name: 'redis', include: ['test/server/redis/**/*.test.ts'], ...realTime },
      },
      {
        // Processes that are killed, behind a balancer.
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          testTimeout: 3 * minute,
          hookTimeout: minute,
          expect: patience,
        },
      },
      {
        test: {
          name: 'runtimes',
          include: ['test/runtimes/**/*.test.ts'],
          ...realTime,
        },
      },
      {
        // Svelte's reactivity does nothing where there is no browser.
        resolve: { alias, conditions: ['browser'] },
        plugins: [svelte({ configFile: false })],
        test: { name: 'adapters', environment: 'happy-dom', include: ['test/adapters/**/*.test.{ts,tsx}'] },
      },
      {
        resolve: { alias: [...alias, ...react18] },
        test: {
          name: 'adapters-react-18',
          environment: 'happy-dom',
          include: ['test/adapters/react.test.tsx', 'test/adapters/react/*.test.tsx'],
          // Younger than 18.
          exclude: ['test/adapters/react/activity.test.tsx'],
        },
      },
      {
        resolve: { alias },
        test: { name: 'inspector', environment: 'happy-dom', include: ['test/inspector/**/*.test.ts'] },
      },
      {
        test: {
          name: 'packages',
          include: ['test/packages/**/*.test.ts'],
          testTimeout: 2 * minute,
          hookTimeout: 2 * minute,
          expect: patience,
        },
      },
      {
        // The playground's server, its proxy, and clients of it.
        resolve: { alias },
        test: { name: 'playground', include: ['test/playground/**/*.test.ts'], ...realTime },
      },
      {
        // The playground's server is made of the sources.
        resolve: { alias },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...realTime,
        },
      },
      {
        test: { name: 'docs', include: ['test/docs/**/*.test.ts'], testTimeout: minute, hookTimeout: minute },
      },
    ],
  },
});
