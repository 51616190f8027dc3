// SPDX-License-Identifier: Apache-2.0
// What the page says is true of what it shows, with many, long, turned and failed configurations.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../paths.mjs';
import { TURNED } from '../sample.mjs';
import { launch } from './browser.mjs';

const LONG = `model-with-a-name-${'that-goes-on-and-on-'.repeat(9)}int8`;
const TWENTY = { engines: ['null'], threads: Array.from({ length: 20 }, (_, i) => i + 1) };
const FIGURES = ['ranking', 'tradeoff', 'trials', 'latency', 'timeline'];

describe.skipIf(!CHROMIUM)('honesty', () => {
  let b;
  beforeAll(async () => { b = await launch(); });
  afterAll(() => b?.close());

  const withPage = async (options, use, { change, ...context } = {}) => {
    const { page, noted, close } = await b.open(b.write(options, change), context);
    await use(page);
    expect(noted).toEqual([]);
    await close();
  };

  test('standings stand apart in words, and each row has its own', () => withPage({ engines: ['null'], threads: [1, 2, 3, 4] }, async (page) => {
    const cells = await page.$$eval('#summary tbody tr', (rows) => rows.map((row) => row.cells[4].textContent));
    expect(cells).toEqual(['best', 'differs by less than 3\u00a0%', 'not resolved', 'worse']);
    expect(await page.$$eval('#ranking .key li', (items) => items.map((i) => i.textContent))).toEqual(cells);
    expect(await page.$$eval('#ranking [data-mark]', (marks) => marks.map((m) => m.getAttribute('aria-label').split(', ').at(-1)))).toEqual(
      ['null t4: best', ...cells.slice(1)]);
    expect(await page.textContent('#summary')).not.toMatch(/best set|cannot be told/);
  }, { change: (data) => {
    const standings = ['best', 'tied', 'unresolved', 'worse'];
    data.rows.forEach((row, i) => { row.standing = standings[i]; });
    return data;
  } }));

  test('the metric that ranks comes first, with n, whether it is energy or time', async () => {
    const heads = (page) => page.$$eval('#summary thead th', (ths) => ths.slice(0, 4).map((th) => th.textContent));
    await withPage({}, async (page) => expect(await heads(page)).toEqual(['configuration', 'n', 'energy per inference [mJ]', 'ratio to best']));
    await withPage({ energy: false, failed: 3 }, async (page) => {
      expect(await heads(page)).toEqual(['configuration', 'n', 'time per inference [ms]', 'ratio to best']);
      expect(await page.$$eval('#summary tbody tr', (rows) => rows.map((row) => row.cells[1].textContent))).toEqual(['10', '7 of 10', '10', '10']);
    });
  });

  test('the basis of the energy stands under the table, and only where there is energy', async () => {
    await withPage({}, async (page) => expect(await page.textContent('#energy-basis')).toContain('package-0 + dram'));
    await withPage({ energy: false }, async (page) => expect(await page.$('#energy-basis')).toBeNull());
  });

  test('trials and ranking show the same ratio, and say which', () => withPage({}, async (page) => {
    const names = (id) => page.$$eval(`#${id} [data-mark]`, (marks) => marks.map((m) => m.getAttribute('aria-label')));
    const ranked = (await names('ranking')).map((name) => name.match(/: (\d+\.\d\d)/)?.[1]).slice(1);
    const means = (await names('trials')).map((name) => name.match(/geometric mean (\d+\.\d\d)/)?.[1]).filter(Boolean);
    expect(means.slice(1)).toEqual(ranked);
    expect(await page.textContent('#ranking svg')).toContain('ratio to the best (geometric mean over blocks)');
    expect(await page.textContent('#trials svg')).toContain("ratio to the best's trial of the same block");
    await page.selectOption('#trials select', 'own');
    expect(await page.textContent('#trials svg')).toContain('ratio to own median');
  }));

  test('a trial without a partner in its block is not drawn, and is counted', () => withPage({ engines: ['null'] }, async (page) => {
    expect(await page.textContent('#trials-words')).toContain('Not drawn: 2 trials in a block in which the best has no value.');
  }, { change: (data) => {
    data.trials.block.forEach((block, i) => { if (data.trials.row[i] === 0 && block < 2) data.trials.metrics.energy_per_inference_J[i] = null; });
    return data;
  } }));

  test.each([1200, 768, 390])('at %i px the reason of a failure is read without scrolling', (width) => withPage({ energy: false, failed: 10 }, async (page) => {
    const reason = page.locator('#summary .reason div');
    expect(await reason.textContent()).toContain('is not ranked: none of its trials ended well');
    const box = await reason.boundingBox();
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(await page.textContent('#summary')).not.toContain('no_trial');
  }, { viewport: { width, height: 900 } }));

  test('one configuration is compared with nothing, and its trials with their own median', () => withPage({ engines: ['null'], threads: [1] }, async (page) => {
    expect(await page.$$eval('#summary tbody tr', (rows) => rows.map((row) => row.cells[4].textContent))).toEqual(['not compared']);
    expect(await page.textContent('#trials svg')).toContain('ratio to own median');
    expect(await page.$('#trials select')).toBeNull();
  }));

  test('a figure that is not drawn offers no file of itself', () => withPage({ engines: ['null'], threads: [1], repetitions: 2, failed: 2 }, async (page) => {
    for (const id of FIGURES) expect(await page.isVisible(`#${id} button:has-text("Download SVG")`)).toBe(false);
    expect(await page.textContent('#latency')).toContain('Not drawn: No trial of these configurations ended well.');
  }));

  test.each([1200, 768, 390])('at %i px long names of models and configurations widen nothing', (width) => withPage(
    { models: [LONG, 'b'], engines: [LONG, 'null'], name: LONG }, async (page) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      for (const control of await page.$$('select')) {
        const box = await control.boundingBox();
        expect(box.x + box.width).toBeLessThanOrEqual(width);
      }
    }, { viewport: { width, height: 900 } }));

  test('a name that turns the text is made harmless in every text of the page and in its files', () => withPage(
    { models: [TURNED, 'b'], engines: ['null'], name: TURNED }, async (page) => {
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
      const texts = await page.evaluate(() => [document.querySelector('main').textContent, ...[...document.querySelectorAll('[aria-label]')].map((e) => e.getAttribute('aria-label'))].join());
      expect(texts).not.toMatch(/[\u061C\u200E\u200F\u202A-\u202E\u2067\u2068]/);
      expect(texts).toContain('evil \uFFFDledom');
      const waiting = page.waitForEvent('download');
      await page.click('#trials button:has-text("Download CSV")');
      expect(readFileSync(await (await waiting).path(), 'utf8')).not.toMatch(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/);
    }));

  test('twenty lines: eight stand out and no two look alike, the rest can be read and chosen', () => withPage(TWENTY, async (page) => {
    const looks = () => page.$$eval('#latency .key li', (items) => items.map((item) => {
      const line = item.querySelector('line');
      return { name: item.textContent, look: line.getAttribute('stroke') + line.getAttribute('stroke-dasharray') };
    }));
    const before = await looks();
    expect(before).toHaveLength(9);
    expect(new Set(before.map((l) => l.look)).size).toBe(9);
    expect(before.at(-1).name).toBe('12 others');
    const names = await page.$$eval('#latency [data-mark]', (marks) => marks.map((m) => m.getAttribute('aria-label').split(':')[0]));
    expect(new Set(names).size).toBe(20);
    await page.selectOption('#latency select', { label: 'the best 7 and null t1' });
    expect((await looks()).map((l) => l.name)).toContain('null t1');
    expect(page.url()).toContain('line=');
  }));

  test('axes say what a reader would not expect of them', () => withPage({ threads: [1, 64], energy: false }, async (page) => {
    expect(await page.textContent('#ranking svg')).toContain('(log scale)');
    expect(await page.textContent('#tradeoff svg')).toMatch(/ms \((log scale|not from 0)\)/);
  }));

  test('names of points are not crossed by intervals', () => withPage({}, async (page) => {
    const crossed = await page.$eval('#tradeoff svg', (drawing) => {
      const names = [...drawing.querySelectorAll('g[stroke-width="4"] text')].map((t) => t.getBoundingClientRect());
      const bars = [...drawing.querySelectorAll('line[stroke^="var(--c"]')].map((l) => l.getBoundingClientRect());
      const both = (a, c) => a.left < c.right && c.left < a.right && a.top + 3 < c.bottom && c.top < a.bottom - 3;
      return [names.length, bars.length, names.filter((n) => bars.some((bar) => both(n, bar))).length];
    });
    expect(crossed[0]).toBeGreaterThan(1);
    expect(crossed[1]).toBe(8);
    expect(crossed[2]).toBe(0);
  }));
});
