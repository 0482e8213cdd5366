import { defineConfig } from 'vitest/config';
import { workers } from './test/support/shared-data-dir.ts';

/** Folder = cost: `unit` needs nothing but Node; the others need root, the network or an engine. */
const project = (name: string, include: string[], order: number, options: object) => ({
  test: { name, include, sequence: { groupOrder: order }, ...options },
});

const minutes = (count: number): number => count * 60_000;

/** On a shared machine a test that waits for a process may be stalled; a fault fails twice. */
const retry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], 0, {
        testTimeout: 30_000,
        maxWorkers: 2,
      }),
      project('integration', ['test/integration/**/*.test.ts', 'test/contract/**/*.test.ts'], 1, {
        testTimeout: minutes(5),
        hookTimeout: minutes(10),
        retry,
        maxWorkers: 2,
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], 2, {
        testTimeout: minutes(10),
        hookTimeout: minutes(15),
        retry,
        maxWorkers: workers,
        globalSetup: ['test/support/shared-data-dir.ts'],
        setupFiles: ['test/support/claim-data-dir.ts'],
      }),
      // Hours of the same: only when it is asked for.
      ...(process.env['KUBLER_SOAK_ROUNDS'] === undefined
        ? []
        : [
            project('soak', ['test/soak/**/*.test.ts'], 3, {
              testTimeout: minutes(10),
              hookTimeout: minutes(15),
              maxWorkers: 1,
            }),
          ]),
    ],
  },
});
