// SPDX-License-Identifier: Apache-2.0
// Reading the page by any means: choices, keyboard, assistive technology, a figure taken away as a file.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../paths.mjs';
import { launch } from './browser.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FIGURES = ['ranking', 'tradeoff', 'trials', 'latency', 'timeline'];

describe.skipIf(!CHROMIUM)('reading', () => {
  let b;
  beforeAll(async () => { b = await launch(); });
  afterAll(() => b?.close());

  test.each([['light', {}], ['dark', {}], ['light', { models: ['a', 'b'], energy: false, failed: 3 }], ['dark', { energy: false, failed: 10 }]])(
    'axe finds nothing: %s %j', async (colorScheme, options) => {
      const { page, close } = await b.open(b.write(options), { colorScheme });
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
      await page.waitForTimeout(50);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => window.axe.run());
      expect(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html).join(' | ')}`)).toEqual([]);
      await close();
    });

  test.each(FIGURES)('%s: the arrow keys read every mark, Escape ends it', async (id) => {
    const { page, close } = await b.open(b.write({}));
    const names = await page.$$eval(`#${id} [data-mark]`, (marks) => marks.map((m) => m.getAttribute('aria-label')));
    expect(names.length).toBeGreaterThan(3);
    await page.focus(`#${id} .figure`);
    for (const name of names) {
      await page.keyboard.press('ArrowRight');
      expect(await page.textContent('#live')).toBe(name);
      expect(await page.textContent('#tip')).toBe(name);
    }
    await page.keyboard.press('Home');
    expect(await page.textContent('#live')).toBe(names[0]);
    await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('#live')).toBe(names.at(-1));
    await page.keyboard.press('Escape');
    expect(await page.isVisible('#tip')).toBe(false);
    await close();
  });

  test('the pointer near a mark shows its name', async () => {
    const { page, close } = await b.open(b.write({}));
    await page.locator('#tradeoff').scrollIntoViewIfNeeded();
    const box = await page.locator('#tradeoff [data-mark]').first().boundingBox();
    await page.mouse.move(box.x + box.width / 2 + 14, box.y + box.height / 2);
    expect(await page.textContent('#tip')).toMatch(/: .+ J and .+ ms|mJ and .+ ms/);
    await close();
  });

  test.each(FIGURES)('%s: the downloaded SVG stands alone', async (id) => {
    const { page, close } = await b.open(b.write({ models: ['a', 'b'] }), { colorScheme: 'dark' });
    const waiting = page.waitForEvent('download');
    await page.click(`#${id} button:has-text("Download SVG")`);
    const text = readFileSync(await (await waiting).path(), 'utf8');
    expect(text).not.toMatch(/var\(|color-mix|oklab|class=|<style|data-mark/);
    const parsed = await page.evaluate((source) => {
      const root = new DOMParser().parseFromString(source, 'image/svg+xml').documentElement;
      return { name: root.nodeName, texts: root.querySelectorAll('text').length, width: Number(root.getAttribute('width')) };
    }, text);
    expect(parsed.name).toBe('svg');
    expect(parsed.texts).toBeGreaterThan(5);
    expect(parsed.width).toBeGreaterThan(300);
    await close();
  });

  test('every figure has its numbers in a table and as CSV', async () => {
    const { page, close } = await b.open(b.write({ failed: 1 }));
    for (const id of FIGURES) {
      await page.click(`#${id} summary`);
      await page.waitForSelector(`#${id} details table tbody tr`);
    }
    const waiting = page.waitForEvent('download');
    await page.click('#trials button:has-text("Download CSV")');
    const lines = readFileSync(await (await waiting).path(), 'utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(41);
    expect(lines.filter((line) => line.includes('crashed'))).toHaveLength(1);
    await close();
  });

  test('a choice filters every section, stays in the address, and comes back from it', async () => {
    const file = b.write({});
    const { page, close } = await b.open(file);
    await page.selectOption('#controls select >> nth=0', 'openvino');
    expect(new URL(page.url()).hash).toBe('#engine=openvino');
    const rows = () => page.$$eval('#summary th[scope=row]', (heads) => heads.map((head) => head.textContent));
    expect(await rows()).toEqual(['openvino cpu f32 t2 b1', 'openvino cpu f32 t1 b1']);
    expect(await page.textContent('#summary')).toContain('Only engine openvino is shown');
    expect(await page.textContent('#latency .key')).not.toContain('onnxruntime');
    await close();
    const again = await b.open(file, { hash: '#engine=openvino&theme=dark' });
    expect(await again.page.$$eval('#summary tbody tr', (trs) => trs.length)).toBe(2);
    expect(await again.page.getAttribute('html', 'data-theme')).toBe('dark');
    await again.close();
  });

  test('what cannot be drawn says why, and leaves no empty frame', async () => {
    const { page, close } = await b.open(b.write({ engines: ['null'], threads: [1], repetitions: 2, failed: 2 }));
    for (const id of FIGURES) {
      expect(await page.textContent(`#${id}`)).toContain('Not drawn: ');
      expect(await page.isVisible(`#${id} .figure`)).toBe(false);
    }
    expect(await page.textContent('#summary')).toContain('not ranked: none of its trials ended well');
    await close();
  });

  test('energy that was not measured is absent with its reason, never 0', async () => {
    const { page, close } = await b.open(b.write({ energy: false }));
    expect(await page.textContent('#summary tbody tr')).toContain('absent: vm');
    expect(await page.textContent('#absent')).toContain('Energy per inference (all configurations): No energy was measured');
    expect(await page.textContent('#tradeoff')).toContain('is not energy');
    await close();
  });
});
