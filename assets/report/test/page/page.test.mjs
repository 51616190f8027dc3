// SPDX-License-Identifier: Apache-2.0
// The page as a whole: it opens without a sound, stays within its limits, and nothing in its data can act.
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../paths.mjs';
import { HOSTILE, HOSTILE_COMMENT } from '../sample.mjs';
import { launch } from './browser.mjs';

describe.skipIf(!CHROMIUM)('page', () => {
  let b;
  beforeAll(async () => { b = await launch(); });
  afterAll(() => b?.close());

  const SAMPLES = {
    'two engines': {}, 'no energy and a configuration that failed': { energy: false, failed: 10 },
    'three models': { models: ['a', 'b', 'c'], failed: 2 }, 'one configuration': { engines: ['null'], threads: [1] },
    'two configurations': { engines: ['null'] },
    'one trial': { engines: ['null'], threads: [1], repetitions: 1 }, 'nothing finished': { engines: ['null'], threads: [1], repetitions: 2, failed: 2 },
  };

  test.each(Object.entries(SAMPLES))('%s: no message, no error, no request', async (_, options) => {
    const { page, noted, close } = await b.open(b.write(options));
    await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
    await page.waitForTimeout(50);
    expect(noted).toEqual([]);
    expect(await page.evaluate(() => document.querySelector('main').textContent.match(/\bNaN\b|undefined|\[object/))).toBeNull();
    expect(await page.evaluate(() => document.querySelector('svg [d*="NaN"], svg [cx="NaN"], svg [x1="NaN"], svg [transform*="NaN"]'))).toBeNull();
    await close();
  });

  test.each([1200, 700, 390, 320])('at %i px nothing is wider than the window', async (width) => {
    const { page, close } = await b.open(b.write({ models: ['a', 'b'], failed: 1 }), { viewport: { width, height: 800 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await close();
  });

  test('the answer of other analyses and over all models stand in tables', async () => {
    const { page, close } = await b.open(b.write({ models: ['a', 'b'] }));
    expect(await page.textContent('#checks')).toContain('another answer');
    expect(await page.locator('#checks table >> nth=1').locator('tbody tr').count()).toBe(4);
    await close();
    const single = await b.open(b.write({ engines: ['null'], threads: [1] }));
    expect(await single.page.isVisible('#checks')).toBe(false);
    await single.close();
  });

  test('what the machine at rest and loading cost stands in tables, where it is known', async () => {
    const { page, close } = await b.open(b.write({ models: ['a'] }));
    expect(await page.textContent('#costs')).toContain('above the idle machine');
    expect(await page.locator('#costs table >> nth=1').locator('tbody tr').count()).toBe(1);
    await close();
    const single = await b.open(b.write({ engines: ['null'], threads: [1], energy: false }));
    expect(await single.page.isVisible('#costs')).toBe(false);
    await single.close();
  });

  test('hostile names are shown as they are and do nothing', async () => {
    const engines = [HOSTILE, HOSTILE_COMMENT];
    const file = b.write({ name: HOSTILE, models: [HOSTILE, HOSTILE_COMMENT], engines, failed: 1 });
    const { page, noted, close } = await b.open(file);
    expect(noted).toEqual([]);
    expect(await page.title()).toContain(HOSTILE);
    expect(await page.textContent('#verdict')).toContain(HOSTILE);
    expect(await page.textContent('#experiment pre')).toContain(HOSTILE_COMMENT.slice(0, 8));
    expect(await page.evaluate(() => document.querySelectorAll('script').length)).toBe(2);
    await page.selectOption('#controls select >> nth=1', HOSTILE_COMMENT);
    expect(await page.textContent('#summary th[scope=row]')).toContain('<!-- $& @@JS@@');
    expect(noted).toEqual([]);
    await close();
  });

  test('an injected script and an inline handler are refused', async () => {
    const { page, close } = await b.open(b.write({}));
    await page.evaluate(() => {
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.injected = 1' }));
      document.body.insertAdjacentHTML('beforeend', '<button id="bad" onclick="window.injected = 2"></button>');
      document.getElementById('bad').click();
    });
    expect(await page.evaluate(() => window.injected)).toBeUndefined();
    await close();
  });

  test('without JavaScript the verdict can be read', async () => {
    const { page, close } = await b.open(b.write({}), { javaScriptEnabled: false });
    expect(await page.textContent('#verdict')).toContain('needs the least energy');
    expect(await page.textContent('main')).toContain('complete without it');
    await close();
  });

  test('what was found on the machine stands in its section', async () => {
    const { page, close } = await b.open(b.write({}));
    const found = await page.textContent('#machine');
    for (const words of ["'powersave' for 2 of 2 policies", 'what ran before it', 'sudo tee']) expect(found).toContain(words);
    await close();
  });

  test('10,000 trials are ready in about a second and below 1.5 MB', async () => {
    const file = b.write({ models: ['a', 'b', 'c', 'd', 'e'], threads: [1, 2, 4, 8], repetitions: 250 });
    expect(statSync(file).size).toBeLessThan(1_500_000);
    const { page, noted, close } = await b.open(file);
    const ready = await page.evaluate(() => performance.getEntriesByName('joulemark-ready')[0].startTime);
    expect(ready).toBeLessThan(5000); // five times what is asked, since the machine may be busy
    expect(noted).toEqual([]);
    await close();
  });

  test('a page in dark mode prints on white, within the width of a sheet', async () => {
    const { page, close } = await b.open(b.write({}), { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(20, 23, 26)');
    await page.emulateMedia({ media: 'print' });
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect(await page.isVisible('#bar')).toBe(false);
    await page.setViewportSize({ width: 700, height: 1000 }); // A4 without its margins
    await page.waitForTimeout(100);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(700);
    await close();
  });
});
