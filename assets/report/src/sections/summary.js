// SPDX-License-Identifier: Apache-2.0
// The table of configurations: one row each, the best first, a reason where there is no number.
import { NONE, interval, ratioInterval, scaleFor, significant } from '../data/format.js';
import { STANDINGS, standingMeaning, standingText } from '../data/standing.js';
import { KEY } from '../data/view.js';
import { h } from '../page/dom.js';

const STANDING_HEAD = 'against the best';

/** Columns in order; that of the metric that ranks comes first. `base` makes the stored unit one that can take a prefix for the whole column. */
const COLUMNS = [
  { key: KEY.energy, head: 'energy per inference', unit: 'J' },
  { key: KEY.time, head: 'time per inference', unit: 's' },
  { key: KEY.p50, head: 'latency p50', unit: 's', base: 1e-3, group: 'latency' },
  { key: KEY.p95, head: 'p95', unit: 's', base: 1e-3, group: 'latency' },
  { key: KEY.p99, head: 'p99', unit: 's', base: 1e-3, group: 'latency' },
  { key: KEY.throughput, head: 'throughput', unit: '1/s' },
  { key: KEY.cpu, head: 'CPU time per inference', unit: 's' },
  { key: KEY.rss, head: 'peak memory', unit: 'B' },
];

/** Of language models. */
const TEXT_COLUMNS = [
  { key: KEY.energyPerToken, head: 'energy per generated token', unit: 'J' },
  { key: KEY.timePerToken, head: 'time per generated token', unit: 's' },
  { key: KEY.tokenRate, head: 'generated tokens', unit: '1/s' },
  { key: KEY.ttft50, head: 'time to first token p50', unit: 's', base: 1e-3, group: 'ttft' },
  { key: KEY.ttft95, head: 'p95', unit: 's', base: 1e-3, group: 'ttft' },
  { key: KEY.tpot, head: 'time per output token', unit: 's', base: 1e-3 },
  { key: KEY.itl50, head: 'inter-token latency p50', unit: 's', base: 1e-3, group: 'itl' },
  { key: KEY.itl99, head: 'p99', unit: 's', base: 1e-3, group: 'itl' },
  { key: KEY.promptRate, head: 'prompt tokens', unit: '1/s' },
  { key: KEY.prefillEnergy, head: 'energy per prompt token', unit: 'J' },
  { key: KEY.decodeEnergy, head: 'energy per token behind the first', unit: 'J' },
  { key: KEY.cpu, head: 'CPU time per prompt', unit: 's' },
  { key: KEY.rss, head: 'peak memory', unit: 'B' },
];

const columnsFor = (primary) => (TEXT_COLUMNS.some((c) => c.key === primary) ? TEXT_COLUMNS : COLUMNS);

function columnsOf(cells, { primary }, metrics) {
  const all = columnsFor(primary);
  const values = (keys) => cells.flatMap((c) => keys.map(({ key, base = 1 }) => (c.estimates[key]?.value ?? NaN) * base));
  const known = all.some((c) => c.key === primary);
  const ranking = known ? [] : [{ key: primary, head: metrics.get(primary).title, unit: metrics.get(primary).unit }];
  return [...ranking, ...all].map((column) => ({
    ...column, range: column.key === primary,
    scale: scaleFor(column.unit, values(column.group ? all.filter((c) => c.group === column.group) : [column])),
  })).sort((a, b) => b.range - a.range);
}

function valueCell(cell, { key, base = 1, scale, range }) {
  const estimate = cell.estimates[key];
  if (!estimate || estimate.value === null) {
    return h('td', { class: 'muted' }, estimate?.reason ? `absent: ${estimate.reason}` : NONE);
  }
  const scaled = (v) => (v === null ? null : (v * base) / scale.factor);
  const title = key === KEY.energy || key === KEY.energyPerToken ? cell.energy : null;
  return h('td', { title }, range ? interval(scaled(estimate.value), scaled(estimate.lo), scaled(estimate.hi)) : significant(scaled(estimate.value)));
}

/** How many of its trials count: "5", or "3 of 5" where some did not end well. */
const countText = ({ finished, failed }) => (failed ? `${finished} of ${finished + failed}` : String(finished));

/** When the race left it out: "; left out after 2 blocks". */
const leftOutText = (leftOut) => (leftOut ? `; left out after ${leftOut.blocks} blocks` : '');

function rankCells(cell, margin, isSingle) {
  if (isSingle && cell.ratio) return [h('td', {}, NONE), h('td', { class: 'text' }, 'not compared')];
  if (!cell.ratio) return [h('td', { class: 'text', colspan: 2 }, 'not ranked')];
  return [
    h('td', {}, cell.standing === 'best' ? '1' : ratioInterval(cell.ratio)),
    h('td', { class: 'text standing' }, standingText(cell.standing, margin) + leftOutText(cell.leftOut)),
  ];
}

/** Why a configuration is not ranked, below its row: readable at any width, however wide the table is. */
const reasonRow = (cell, span) => h('tr', { class: 'reason' },
  h('td', { colspan: span, class: 'text' }, h('div', {}, `${cell.label} is not ranked: ${cell.reason || cell.standing}`)));

function rows(cell, columns, { margin, isSingle }) {
  const span = columns.length ? columns.length + 4 : 3;
  const head = [h('th', { scope: 'row' }, cell.label), h('td', {}, countText(cell))];
  const [ranking, ...others] = columns;
  if (!cell.ratio && cell.finished === 0) {
    return [h('tr', {}, ...head, h('td', { class: 'text', colspan: span - 2 }, 'not ranked')), reasonRow(cell, span)];
  }
  const row = h('tr', { class: cell.standing === 'best' && !isSingle ? 'best' : null }, ...head, valueCell(cell, ranking), ...rankCells(cell, margin, isSingle),
    ...others.map((column) => valueCell(cell, column)));
  return cell.ratio ? [row] : [row, reasonRow(cell, span)];
}

function tableFor(view, model) {
  const cells = view.cells.filter((c) => c.model === model.index);
  const columns = cells.some((c) => c.finished > 0) ? columnsOf(cells, model, view.report.metrics) : [];
  const [ranking, ...others] = columns.map((c) => `${c.head} [${c.scale.unit}]`);
  const heads = ['configuration', 'n', ...(ranking ? [ranking, 'ratio to best'] : []), STANDING_HEAD, ...others];
  const name = `Configurations of ${model.name}`;
  const how = { margin: view.report.experiment.margin, isSingle: model.outcome === 'single' };
  const head = (text, i) => h('th', { scope: 'col', class: text === STANDING_HEAD ? 'text' : null }, text);
  return [
    view.report.models.length > 1 ? h('h3', {}, model.name) : null,
    h('div', { class: 'scroll whole', tabindex: 0, role: 'region', 'aria-label': name },
      h('table', {}, h('caption', { class: 'visually-hidden' }, name),
        h('thead', {}, h('tr', {}, ...heads.map(head))),
        h('tbody', {}, ...cells.flatMap((cell) => rows(cell, columns, how))))),
  ].filter(Boolean);
}

/** What the standings that occur mean; nothing for those that do not. */
function meanings({ report, cells }) {
  const { margin } = report.experiment;
  return STANDINGS.filter((s) => cells.some((c) => c.standing === s && c.ratio)).map((s) => standingMeaning(s, margin)).filter(Boolean)
    .map((text) => ` ${text.charAt(0).toUpperCase()}${text.slice(1)}.`).join('');
}

function words(view) {
  const compared = view.cells.some((c) => c.ratio && c.standing !== 'best');
  return 'Medians over n trials (each a fresh process); in brackets, the 95\u00a0% interval. t is threads, b is batch.' +
    (compared ? ` The ratio to best is a geometric mean, paired by block.${meanings(view)}` : '') +
    (view.filtered.length ? ` Only ${view.filtered.join(', ')} is shown; best and ratio are those of all configurations.` : '');
}

export function summarySection({ energyBasis, estimates }) {
  const body = h('div');
  const text = h('p', { class: 'muted' });
  const basis = energyBasis ? h('p', { class: 'muted', id: 'energy-basis' }, energyBasis) : null;
  const estimated = estimates.map((line) => h('p', { class: 'muted estimate' }, line));
  const element = h('section', { id: 'summary', 'aria-labelledby': 'summary-title' }, h('h2', { id: 'summary-title' }, 'Configurations'), body, basis, ...estimated, text);
  const update = (view) => {
    text.textContent = view.cells.length ? words(view) : 'Nothing matches these filters.';
    body.replaceChildren(...view.models.flatMap((model) => tableFor(view, model)));
  };
  return { element, update };
}
