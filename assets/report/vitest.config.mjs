// SPDX-License-Identifier: Apache-2.0
// Two groups: pure functions, and the page in a browser (one browser, one file after the other).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/*.test.mjs'] } },
      { test: { name: 'page', include: ['test/page/*.test.mjs'], testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
