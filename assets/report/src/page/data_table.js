// SPDX-License-Identifier: Apache-2.0
// The table under a figure: what it draws, as numbers; the whole of it as CSV.
import { count } from '../data/format.js';
import { bare } from '../data/names.js';
import { download, fileName, h } from './dom.js';

const MAX_ROWS = 200;

/** One CSV field (RFC 4180). A text that a spreadsheet would take for a formula is kept from being one. */
export function csvField(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const plain = bare(String(value));
  const text = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {string[]} columns @param {unknown[][]} rows */
export const toCsv = (columns, rows) => [columns, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');

const cell = (value, isHead) =>
  h(isHead ? 'th' : 'td', { scope: isHead ? 'row' : null, class: typeof value === 'string' ? 'text' : null },
    typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value ?? '—'));

function tableOf(caption, { columns, rows }) {
  const head = h('tr', {}, ...columns.map((name) => h('th', { scope: 'col' }, name)));
  const body = rows.slice(0, MAX_ROWS).map((row) => h('tr', {}, ...row.map((value, i) => cell(value, i === 0))));
  const more = rows.length > MAX_ROWS ? ` (the first ${MAX_ROWS} of ${count(rows.length)} rows; the CSV file has all)` : '';
  return h('table', {}, h('caption', {}, caption + more), h('thead', {}, head), h('tbody', {}, ...body));
}

/**
 * A closed "Show as table"; the table is made when it is opened.
 * @param {string} title
 * @param {() => {columns: string[], rows: unknown[][]}} read the data as they are now
 * @returns {{element: HTMLElement, refresh: () => void}}
 */
export function dataTable(title, read) {
  const element = h('details', {}, h('summary', {}, 'Show as table'));
  const refresh = () => {
    element.querySelector('div')?.remove();
    if (!element.open || element.closest('[hidden]')) return;
    const data = read();
    const save = () => download(`${fileName(title)}.csv`, toCsv(data.columns, data.rows), 'text/csv');
    element.append(h('div', {},
      h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${title}, table` }, tableOf(title, data)),
      h('button', { type: 'button', onclick: save, 'aria-label': `Download CSV: ${title}` }, 'Download CSV')));
  };
  element.addEventListener('toggle', refresh);
  return { element, refresh };
}
