import { defineConfig } from 'vitest/config';

const minute = 60_000;
const realTime = { testTimeout: minute, hookTimeout: minute };

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
            include: ['test/types/**/*.test-d.ts'],
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
        test: {
          name: 'runtimes',
          include: ['test/runtimes/**/*.test.ts'],
          ...realTime,
        },
      },
      {
        test: {
          name: 'packages',
          include: ['test/packages/**/*.test.ts'],
          testTimeout: 2 * minute,
          hookTimeout: 2 * minute,
        },
      },
      {
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
