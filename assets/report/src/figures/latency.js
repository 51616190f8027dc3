// SPDX-License-Identifier: Apache-2.0
// How latencies are distributed: the share of calls answered within a time, with the tail stretched.
import { dot, line } from '@observablehq/plot';
import { count, percentileName, quantity, scaleFor } from '../data/format.js';
import { distributionPoints } from '../data/distribution.js';
import { nines } from '../data/numbers.js';
import { colour, dash, draw, paddedScale, panelGrid, shape } from '../page/chart.js';
import { h, svg } from '../page/dom.js';

export const id = 'latency';
export const title = 'Latency distribution';

const TICKS = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999];
const NAMED = [0.5, 0.9, 0.95, 0.99, 0.999];

const distributions = (view, model) => view.cells
  .filter((c) => c.model === model.index)
  .map((cell) => ({ cell, latency: view.report.latencyOf(cell) }))
  .filter(({ latency }) => latency?.count > 0);

export function describe(view) {
  const counts = view.models.flatMap((m) => distributions(view, m)).map(({ latency }) => latency.count);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const n = least === most ? count(least) : `${count(least)} to ${count(most)}`;
  return `Share of calls answered within a time, all trials of a configuration together (n = ${n}). The vertical axis is −log10(1 − share), so ` +
    'that the tail is not squeezed into the top edge. A line ends, and a percentile is named, where at least ten calls are slower.';
}

export function absence(view) {
  return view.models.some((m) => distributions(view, m).length) ? '' : 'The times of single calls are not in the store.';
}

/** Percentiles that ten or more calls lie beyond. */
const supported = (latency) => latency.quantiles.filter(([p]) => NAMED.includes(p) && latency.count * (1 - p) >= 10 - 1e-9);

function panel(view, model, width) {
  const list = distributions(view, model);
  const scale = scaleFor('s', list.map(({ latency }) => (latency.quantiles.find(([p]) => p === 0.5)?.[1] ?? latency.lo_ms) / 1000));
  const inUnit = (ms) => ms / 1000 / scale.factor;
  const named = list.flatMap(({ cell, latency }) => supported(latency).map(([p, ms]) => ({ cell, p, ms, x: inUnit(ms), y: nines(p) })));
  const curves = [...list.flatMap(({ cell, latency }) => distributionPoints(latency).map((p) => ({ cell, x: inUnit(p.ms), y: p.nines }))), ...named]
    .sort((a, b) => a.y - b.y);
  const top = Math.max(1.05, ...curves.map((p) => p.y), ...named.map((p) => p.y)) + 0.1;
  return draw(width, {
    height: 340, marginLeft: 52, marginRight: 16, marginTop: 28,
    x: { ...paddedScale(curves.map((p) => p.x), { ticks: width < 500 ? 4 : 8 }), label: `latency of one call, ${scale.unit}`, grid: true },
    y: { domain: [0, top], ticks: TICKS.map(nines).filter((t) => t <= top), tickFormat: (t) => percentileName(1 - 10 ** -t), label: '↑ share answered', grid: true },
    symbol: { type: 'identity' },
    marks: [
      ...list.map(({ cell }) => line(curves.filter((p) => p.cell === cell), {
        x: 'x', y: 'y', stroke: colour(cell.configuration), strokeDasharray: dash(cell.configuration), strokeWidth: 2,
      })),
      dot(named, {
        x: 'x', y: 'y', symbol: (p) => shape(p.cell.configuration), fill: (p) => colour(p.cell.configuration), stroke: 'var(--bg)', r: 5,
        ariaLabel: (p) => `${p.cell.short}: ${percentileName(p.p)} ${quantity(p.ms / 1000, 's')}`,
      }),
    ],
  });
}

function key(list) {
  const swatch = ({ configuration }) => svg('svg', { width: 34, height: 10, 'aria-hidden': 'true' },
    svg('line', { x1: 0, x2: 34, y1: 5, y2: 5, 'stroke-width': 2.5, stroke: colour(configuration), 'stroke-dasharray': dash(configuration) }));
  return h('ul', { class: 'key' }, ...list.map(({ cell }) => h('li', {}, swatch(cell), cell.short)));
}

export function render(view, width) {
  const models = view.models.filter((m) => distributions(view, m).length);
  return [panelGrid(models, width, (model, inner) => [panel(view, model, inner), key(distributions(view, model))])];
}

export function table(view) {
  const list = view.models.flatMap((m) => distributions(view, m));
  const rows = list.map(({ cell, latency }) => {
    const at = (p) => latency.quantiles.find(([q]) => q === p)?.[1] ?? null;
    return [view.report.models[cell.model].name, cell.label, latency.count, latency.lo_ms, at(0.5), at(0.9), at(0.95), at(0.99), at(0.999), latency.hi_ms];
  });
  return { columns: ['model', 'configuration', 'calls', 'least [ms]', 'p50 [ms]', 'p90 [ms]', 'p95 [ms]', 'p99 [ms]', 'p99.9 [ms]', 'greatest [ms]'], rows };
}
