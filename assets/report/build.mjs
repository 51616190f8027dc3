// SPDX-License-Identifier: Apache-2.0
// node build.mjs --modules NODE_MODULES --out FILE: writes the page that the program embeds. Same input, same bytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assemble, minifyCss } from './tools/assemble.mjs';
import { bundle } from './tools/bundle.mjs';
import { notices } from './tools/notices.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = (name) => readFileSync(path.join(here, 'src', name), 'utf8');

export async function buildPage(modules) {
  const { js, packages } = await bundle({ entry: path.join(here, 'src', 'main.js'), modules });
  return assemble(source('index.html'), { js, css: minifyCss(source('style.css')), notices: notices(modules, packages) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { modules: { type: 'string' }, out: { type: 'string' } } });
  if (!values.modules || !values.out) throw new Error('usage: node build.mjs --modules NODE_MODULES --out FILE');
  const page = await buildPage(path.resolve(values.modules));
  mkdirSync(path.dirname(path.resolve(values.out)), { recursive: true });
  writeFileSync(values.out, page);
}
