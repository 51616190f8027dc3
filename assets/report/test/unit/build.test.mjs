// SPDX-License-Identifier: Apache-2.0
// The built page: same bytes, nothing that breaks it, readable colours.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildPage } from '../../build.mjs';
import { DATA_SLOTS, assemble } from '../../tools/assemble.mjs';
import { assertEmbeddable } from '../../tools/bundle.mjs';
import { MODULES, SOURCE } from '../paths.mjs';

describe('the page', () => {
  test('is the same at every build, byte for byte', async () => {
    const [first, second] = [await buildPage(MODULES), await buildPage(MODULES)];
    expect(first === second).toBe(true);
    expect(first.match(/@@[A-Z]+@@/g)).toEqual(DATA_SLOTS.map((slot) => `@@${slot}@@`));
    expect(first.length).toBeLessThan(400_000);
  });
  test('carries the notices of what is in it', async () => {
    expect(await buildPage(MODULES)).toContain('@observablehq/plot 0.6.17: Copyright');
  });
});

test('a bundle that would end its own element stops the build', () => {
  for (const text of ['a</script >', 'x<!--', '</STYLE', '@@DATA@@']) expect(() => assertEmbeddable('it', text)).toThrow('would break');
  expect(() => assertEmbeddable('it', 'a < b; "script"')).not.toThrow();
});

test('a template without its slots, or with them in another order, stops the build', () => {
  const parts = { js: '', css: '', notices: '' };
  expect(() => assemble('@@TITLE@@@@DATA@@', parts)).toThrow('slots');
  expect(assemble('@@TITLE@@@@TITLE@@@@VERDICT@@@@STATIC@@@@DATA@@@@JS@@', { ...parts, js: '$& $1' })).toBe('@@TITLE@@@@TITLE@@@@VERDICT@@@@STATIC@@@@DATA@@$& $1');
});

test('the lock file names no host and has an integrity for every package', () => {
  const lock = JSON.parse(readFileSync(`${SOURCE}/package-lock.json`, 'utf8'));
  const packages = Object.entries(lock.packages).filter(([name]) => name);
  expect(packages.every(([, p]) => p.integrity && !p.resolved)).toBe(true);
  const own = JSON.parse(readFileSync(`${SOURCE}/package.json`, 'utf8'));
  for (const version of Object.values({ ...own.dependencies, ...own.devDependencies })) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

describe('colours', () => {
  const css = readFileSync(`${SOURCE}/src/style.css`, 'utf8');
  const tokens = (block) => Object.fromEntries([...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{3,6});/g)].map(([, name, value]) => [name, value]));
  const channel = (hex) => (hex /= 255) <= 0.04045 ? hex / 12.92 : ((hex + 0.055) / 1.055) ** 2.4;
  const luminance = (hex) => {
    const six = hex.length === 4 ? hex.replace(/[0-9a-f]/g, '$&$&') : hex;
    const [r, g, b] = [1, 3, 5].map((i) => channel(parseInt(six.slice(i, i + 2), 16)));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (hi + 0.05) / (lo + 0.05);
  };
  const [light, dark] = css.split('@media screen').map(tokens);
  test.each([['light', light], ['dark', dark]])('%s: text at 4.5:1 and marks at 3:1 or more', (_, t) => {
    for (const name of ['fg', 'muted', 'accent']) for (const on of ['bg', 'soft']) expect(contrast(t[name], t[on])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(t.fg, t.tie)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(t.warn, t['warn-bg'])).toBeGreaterThanOrEqual(4.5);
    for (const name of ['c0', 'c1', 'c2', 'c3']) expect(contrast(t[name], t.bg)).toBeGreaterThanOrEqual(3);
  });
});
