// SPDX-License-Identifier: Apache-2.0
// The table of configurations: one row each, the best first, a reason where there is no number.
import { NONE, interval, ratioInterval, scaleFor, significant } from '../data/format.js';
import { KEY } from '../data/view.js';
import { h } from '../page/dom.js';

/** Columns in order. `base` makes the stored unit a base unit, so that a prefix can be chosen for the whole column. */
const COLUMNS = [
  { key: KEY.energy, head: 'energy per inference', unit: 'J', range: true },
  { key: KEY.p50, head: 'latency p50', unit: 's', base: 1e-3, group: 'latency' },
  { key: KEY.p95, head: 'p95', unit: 's', base: 1e-3, group: 'latency' },
  { key: KEY.p99, head: 'p99', unit: 's', base: 1e-3, group: 'latency' },
  { key: KEY.throughput, head: 'throughput', unit: '1/s' },
  { key: KEY.cpu, head: 'CPU time per inference', unit: 's' },
  { key: KEY.rss, head: 'peak memory', unit: 'B' },
];

function columnsOf(cells) {
  const values = (keys) => cells.flatMap((c) => keys.map(({ key, base = 1 }) => (c.estimates[key]?.value ?? NaN) * base));
  return COLUMNS.map((column) => ({
    ...column,
    scale: scaleFor(column.unit, values(column.group ? COLUMNS.filter((c) => c.group === column.group) : [column])),
  }));
}

function valueCell(cell, { key, base = 1, scale, range }) {
  const estimate = cell.estimates[key];
  if (!estimate || estimate.value === null) {
    return h('td', { class: 'muted' }, estimate?.reason ? `absent: ${estimate.reason}` : NONE);
  }
  const scaled = (v) => (v === null ? null : (v * base) / scale.factor);
  return h('td', {}, range ? interval(scaled(estimate.value), scaled(estimate.lo), scaled(estimate.hi)) : significant(scaled(estimate.value)));
}

function ratioCells(cell) {
  const { ratio, best, standing, reason } = cell;
  if (!ratio) return [h('td', { class: 'wrap text', colspan: 2 }, `not ranked: ${reason || standing}`)];
  return [
    h('td', {}, ratioInterval(ratio)),
    h('td', { class: 'text' }, best ? 'best set' : ''),
  ];
}

const row = (cell, columns) => h('tr', { class: cell.best ? 'best' : null },
  h('th', { scope: 'row' }, cell.label), ...columns.map((column) => valueCell(cell, column)), ...ratioCells(cell));

function tableFor(view, model) {
  const cells = view.cells.filter((c) => c.model === model.index);
  const columns = columnsOf(cells);
  const heads = ['configuration', ...columns.map((c) => `${c.head} [${c.scale.unit}]`), 'ratio to best', ''];
  const name = `Configurations of ${model.name}`;
  return [
    view.report.models.length > 1 ? h('h3', {}, model.name) : null,
    h('div', { class: 'scroll whole', tabindex: 0, role: 'region', 'aria-label': name },
      h('table', {}, h('caption', { class: 'visually-hidden' }, name),
        h('thead', {}, h('tr', {}, ...heads.map((head) => h(head ? 'th' : 'td', head ? { scope: 'col' } : {}, head)))),
        h('tbody', {}, ...cells.map((cell) => row(cell, columns))))),
  ].filter(Boolean);
}

function words({ report, filtered }) {
  const margin = significant(report.experiment.margin * 100, 2).replace(/\.0$/, '');
  return 'Medians over trials, with 95\u00a0% intervals in brackets. The ratio compares with the best configuration, paired by block. Best set: cannot ' +
    `be told from the best, or differs by less than ${margin}\u00a0%. t is threads, b is batch.` +
    (filtered.length ? ` Only ${filtered.join(', ')} is shown; best and ratio are those of all configurations.` : '');
}

export function summarySection() {
  const body = h('div');
  const text = h('p', { class: 'muted' });
  const element = h('section', { id: 'summary', 'aria-labelledby': 'summary-title' }, h('h2', { id: 'summary-title' }, 'Configurations'), body, text);
  const update = (view) => {
    text.textContent = view.cells.length ? words(view) : 'Nothing matches these filters.';
    body.replaceChildren(...view.models.flatMap((model) => tableFor(view, model)));
  };
  return { element, update };
}
