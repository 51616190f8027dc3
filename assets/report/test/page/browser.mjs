// SPDX-License-Identifier: Apache-2.0
// Opens reports in Debian's chromium: no network, one file a report, everything that goes wrong is noted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { buildPage } from '../../build.mjs';
import { CHROMIUM, MODULES } from '../paths.mjs';
import { fillPage, sample } from '../sample.mjs';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];

/** A browser with the built page; `close` leaves nothing behind. */
export async function launch() {
  const [template, browser] = await Promise.all([buildPage(MODULES), chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })]);
  const folder = mkdtempSync(path.join(tmpdir(), 'joulemark-page-'));
  let files = 0;

  /** A report with these sample data as a file. `data` may be changed before it is written. */
  function write(options, change = (data) => data) {
    const file = path.join(folder, `${(files += 1)}.html`);
    writeFileSync(file, fillPage(template, change(sample(options))));
    return file;
  }

  /** Opens a file; `noted` collects console messages, errors, dialogs and requests other than for the file itself. */
  async function open(file, { hash = '', ...context } = {}) {
    const session = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...context });
    const page = await session.newPage();
    const noted = [];
    const url = pathToFileURL(file).href;
    page.on('console', (message) => noted.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => noted.push(`error: ${error.message}`));
    page.on('request', (request) => request.url().split('#')[0] !== url && noted.push(`request: ${request.url()}`));
    page.on('dialog', (dialog) => {
      noted.push(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    await page.goto(url + hash);
    if (context.javaScriptEnabled !== false) await page.waitForFunction(() => performance.getEntriesByName('joulemark-ready').length > 0);
    return { page, noted, close: () => session.close() };
  }

  async function close() {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }

  return { write, open, close };
}
