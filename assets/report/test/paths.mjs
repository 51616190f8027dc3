// SPDX-License-Identifier: Apache-2.0
// Where the tests find what they need.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const MODULES = path.join(SOURCE, 'node_modules');

/** Debian's chromium, or what JOULEMARK_CHROMIUM names; "" when there is none. */
export const CHROMIUM = [process.env.JOULEMARK_CHROMIUM, '/usr/bin/chromium'].find((file) => file && existsSync(file)) ?? '';
