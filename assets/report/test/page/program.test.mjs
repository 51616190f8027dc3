// SPDX-License-Identifier: Apache-2.0
// A report that the program itself wrote: its data are those that the page reads. Needs JOULEMARK_BIN, a build's bin folder.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../paths.mjs';
import { HOSTILE } from '../sample.mjs';
import { launch } from './browser.mjs';

const PROGRAM = path.join(process.env.JOULEMARK_BIN ?? '', 'joulemark');
const QUICK = ['--repetitions', '3', '--duration', '0.05', '--warmup-min', '0.02', '--warmup-max', '0.1', '--sample-hz', '50'];

describe.skipIf(!CHROMIUM || !existsSync(PROGRAM))('a report of the program', () => {
  let [b, folder] = [];
  beforeAll(async () => {
    b = await launch();
    folder = mkdtempSync(path.join(tmpdir(), 'joulemark-report-'));
    const store = path.join(folder, 'store.sqlite');
    const run = (...args) => execFileSync(PROGRAM, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], timeout: 100_000 });
    run('compare', `null:${HOSTILE}`, '--engine', 'null', '--threads', '1,2', '--option', 'null.busy_us=200', ...QUICK, '--store', store, '--quiet');
    run('report', store, '--format', 'html', '--output', path.join(folder, 'report.html'));
  });
  afterAll(async () => {
    await b?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const open = (context) => b.open(path.join(folder, 'report.html'), context);

  test('opens without a message, and shows every section', async () => {
    const { page, noted, close } = await open();
    expect(noted).toEqual([]);
    for (const id of ['summary', 'ranking', 'tradeoff', 'trials', 'latency', 'timeline', 'machine', 'experiment']) {
      expect(await page.isVisible(`#${id}`)).toBe(true);
    }
    for (const id of ['ranking', 'trials', 'latency', 'timeline']) expect(await page.locator(`#${id} [data-mark]`).count()).toBeGreaterThan(1);
    expect(await page.textContent('main')).not.toMatch(/NaN|undefined|\[object/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1200);
    await close();
  });

  test('a model named like markup is text, in the file and on the page', async () => {
    const { page, noted, close } = await open();
    expect(noted).toEqual([]);
    expect(await page.textContent('#verdict')).toContain(HOSTILE);
    expect(await page.evaluate(() => document.querySelectorAll('script').length)).toBe(2);
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8').split(HOSTILE)).toHaveLength(1);
    await close();
  });

  test("the geometric mean of the trials' ratios is the ratio of the ranking", async () => {
    const { page, close } = await open();
    for (const id of ['ranking', 'trials']) {
      await page.click(`#${id} summary`);
      await page.waitForSelector(`#${id} details tbody tr`); // filled once it is open
    }
    const [ranked, trials] = await Promise.all(['ranking', 'trials'].map((id) => page.$$eval(`#${id} details tbody tr`, (rows) => rows.map((row) => [...row.cells].map((c) => c.textContent)))));
    for (const [, name, ratio] of ranked) {
      const own = trials.filter((t) => t[1] === name).map((t) => Math.log(Number(t.at(-2))));
      expect(own).toHaveLength(3);
      expect(Math.exp(own.reduce((a, b) => a + b) / own.length)).toBeCloseTo(Number(ratio), 3);
    }
    await close();
  });

  test('without JavaScript the caveats and the table are complete', async () => {
    const { page, close } = await open({ javaScriptEnabled: false });
    const stored = JSON.parse(execFileSync(PROGRAM, ['report', path.join(folder, 'store.sqlite'), '--json'], { cwd: folder, encoding: 'utf8' }));
    expect(await page.$$eval('main th[scope=row]', (heads) => heads.map((head) => head.textContent))).toEqual(stored.rows.map((r) => r.configuration.label));
    expect(await page.$$eval('main .caveats li', (items) => items.map((item) => item.textContent))).toEqual(stored.caveats.map((c) => c.message));
    expect(await page.textContent('main thead')).toContain('time per inference [');
    expect(await page.textContent('main tbody')).toContain('best');
    await close();
  });

  test('the table and the file say the same as the program', async () => {
    const stored = JSON.parse(execFileSync(PROGRAM, ['report', path.join(folder, 'store.sqlite'), '--json'], { cwd: folder, encoding: 'utf8' }));
    const { page, close } = await open();
    expect(await page.textContent('#verdict')).toBe(stored.verdict.sentence);
    expect(await page.$$eval('#summary th[scope=row]', (heads) => heads.map((head) => head.textContent))).toEqual(stored.rows.map((r) => r.configuration.label));
    expect(await page.$$eval('.caveats li', (items) => items.length)).toBe(stored.caveats.length);
    expect(await page.textContent('#experiment pre')).toContain('busy_us');
    await close();
  });
});
