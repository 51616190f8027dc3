// SPDX-License-Identifier: Apache-2.0
// The page's script as one text, and the packages that are in it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Plot puts a <style> element into every drawing, which a strict Content-Security-Policy forbids; style.css says the same. */
const INLINE_STYLE = /\s*\.call\(\(svg\) =>\s*\/\/[^\n]*\n\s*svg\.append\("style"\)\.text\(\s*`[^`]*`\s*\)\s*\)/;

const withoutInlineStyle = {
  name: 'without-inline-style',
  setup(build) {
    build.onLoad({ filter: /@observablehq[/\\]plot[/\\]src[/\\]plot\.js$/ }, ({ path: file }) => {
      const source = readFileSync(file, 'utf8');
      if (!INLINE_STYLE.test(source)) throw new Error(`'${file}' has changed: its inline style was not found`);
      return { contents: source.replace(INLINE_STYLE, () => ''), loader: 'js' };
    });
  },
};

/** What would end the <script> element that the text stands in. */
export function assertEmbeddable(name, text) {
  const trap = /<\/(script|style)|<!--|@@[A-Z]+@@/i.exec(text);
  if (trap) throw new Error(`${name} holds '${trap[0]}', which would break the page that it stands in`);
}

/** Names of the packages whose files are in the bundle. */
function packagesOf(metafile) {
  const files = Object.entries(Object.values(metafile.outputs)[0].inputs);
  const names = files.filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

/**
 * @param {{entry: string, modules: string}} from the entry file, and the node_modules folder
 * @returns {Promise<{js: string, packages: string[]}>}
 */
export async function bundle({ entry, modules }) {
  const { build } = createRequire(path.join(modules, 'package.json'))('esbuild');
  const result = await build({
    entryPoints: [entry],
    nodePaths: [modules],
    plugins: [withoutInlineStyle],
    bundle: true, minify: true, format: 'iife', target: 'es2022', charset: 'utf8',
    legalComments: 'none', metafile: true, write: false, outfile: 'page.js', logLevel: 'warning',
  });
  const js = result.outputFiles[0].text.trim();
  assertEmbeddable('the bundle', js);
  return { js, packages: packagesOf(result.metafile) };
}
