import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { propylon: fileURLToPath(new URL('./src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests wait for processes and sockets more than they compute: on two cores one would leave the other idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What is waited for comes at once, but for a machine that does much else.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 15_000,
    hookTimeout: 60_000,
  },
});
