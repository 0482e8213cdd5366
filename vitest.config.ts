import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout },
});

/** Folder = cost: `unit` needs nothing but Node; the others need root, the network or an engine. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], 20_000),
      project('integration', ['test/integration/**/*.test.ts', 'test/contract/**/*.test.ts'], 600_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 1_200_000),
    ],
  },
});
