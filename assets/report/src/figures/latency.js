// SPDX-License-Identifier: Apache-2.0
// How latencies are distributed: the share of calls answered within a time, with the tail stretched.
import { dot, line } from '@observablehq/plot';
import { count, percentileName, plural, quantity, scaleFor } from '../data/format.js';
import { distributionPoints } from '../data/distribution.js';
import { nines } from '../data/numbers.js';
import { draw, legend, paddedScale, panelGrid } from '../page/chart.js';
import { svg } from '../page/dom.js';
import { MOST, looksOf, outstanding } from './latency_looks.js';

export const id = 'latency';
export const title = 'Latency distribution';
/** A choice of its own, where there are too many lines to tell apart: which one stands out besides the best. */
export const choice = 'line';

const TICKS = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999];
const NAMED = [0.5, 0.9, 0.95, 0.99, 0.999];

const distributions = (view, model) => view.cells
  .filter((c) => c.model === model.index)
  .map((cell) => ({ cell, latency: view.report.latencyOf(cell) }))
  .filter(({ latency }) => latency?.count > 0);

const configurationsOf = (view) => view.models.map((m) => distributions(view, m).map(({ cell }) => cell.configuration));

/** The configurations that stand out, with their looks. */
function standOut(view) {
  const byModel = configurationsOf(view);
  const chosen = byModel.flat().find((c) => c.label === view.state.get(choice));
  return looksOf(outstanding(byModel, chosen));
}

export function options(view) {
  const all = [...new Set(configurationsOf(view).flat())];
  if (all.length <= MOST) return [];
  const best = outstanding(configurationsOf(view));
  return [{ value: '', label: `the best ${MOST} of ${all.length}` },
    ...all.filter((c) => !best.includes(c)).map((c) => ({ value: c.label, label: `the best ${MOST - 1} and ${c.short}` }))];
}

export function describe(view) {
  const counts = view.models.flatMap((m) => distributions(view, m)).map(({ latency }) => latency.count);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const n = least === most ? count(least) : `${count(least)} to ${count(most)}`;
  const { looks, byEngine } = standOut(view);
  const rest = new Set(configurationsOf(view).flat()).size - looks.size;
  return `Share of calls answered within a time (${view.report.latencyName}), all trials of a configuration together (n = ${n}). The vertical axis is −log10(1 − share), so ` +
    'that the tail is not squeezed into the top edge. A line ends, and a percentile is named, where at least ten calls are slower. ' +
    (byEngine ? 'Colour is the engine.' : 'Here colour and dashes together are the configuration, not the engine.') +
    (rest ? ` ${plural(rest, 'other configuration')} in grey: point at the end of a line to read its name, or choose it to see it in colour.` : '');
}

export function absence(view) {
  if (view.models.some((m) => distributions(view, m).length)) return '';
  return view.cells.some((c) => c.finished > 0) ? 'The times of single calls are not in the store.' : 'No trial of these configurations ended well.';
}

/** Percentiles that ten or more calls lie beyond. */
const supported = (latency) => latency.quantiles.filter(([p]) => NAMED.includes(p) && latency.count * (1 - p) >= 10 - 1e-9);

const quantileOf = (latency, p) => latency.quantiles.find(([q]) => q === p)?.[1] ?? null;

/** The points of each curve, with the named percentiles among them. */
function curveOf({ cell, latency }, inUnit) {
  const named = supported(latency).map(([p, ms]) => ({ cell, p, ms, x: inUnit(ms), y: nines(p) }));
  const curve = [...distributionPoints(latency).map((p) => ({ x: inUnit(p.ms), y: p.nines })), ...named].sort((a, b) => a.y - b.y || a.x - b.x);
  return { cell, latency, named, curve };
}

const nameOf = (p) => `${p.cell.short}: ${percentileName(p.p)} ${quantity(p.ms / 1000, 's')}`;

function endOf({ cell, latency, curve }) {
  return { ...curve.at(-1), name: `${cell.short}: p50 ${quantity((quantileOf(latency, 0.5) ?? latency.hi_ms) / 1000, 's')}` };
}

function panel(view, model, width, looks) {
  const list = distributions(view, model);
  const scale = scaleFor('s', list.map(({ latency }) => (quantileOf(latency, 0.5) ?? latency.lo_ms) / 1000));
  const curves = list.map((d) => curveOf(d, (ms) => ms / 1000 / scale.factor));
  const [strong, faint] = [true, false].map((is) => curves.filter(({ cell }) => looks.has(cell.configuration) === is));
  const look = ({ cell }) => looks.get(cell.configuration);
  const top = Math.max(1.05, ...curves.flatMap((c) => c.curve.map((p) => p.y))) + 0.1;
  return draw(width, {
    height: 340, marginLeft: 52, marginRight: 16, marginTop: 28,
    x: { ...paddedScale(curves.flatMap((c) => c.curve.map((p) => p.x)), { ticks: width < 500 ? 4 : 8, pixels: width - 80 }), label: `${view.report.latencyName}, ${scale.unit}`, grid: true },
    y: { domain: [0, top], ticks: TICKS.map(nines).filter((t) => t <= top), tickFormat: (t) => percentileName(1 - 10 ** -t), label: '↑ share answered', grid: true },
    symbol: { type: 'identity' },
    marks: [
      ...faint.map((c) => line(c.curve, { x: 'x', y: 'y', stroke: 'var(--muted)', strokeOpacity: 0.45, strokeWidth: 1 })),
      dot(faint.map(endOf), { x: 'x', y: 'y', r: 2.5, fill: 'var(--muted)', ariaLabel: 'name' }),
      ...strong.map((c) => line(c.curve, { x: 'x', y: 'y', stroke: look(c).stroke, strokeDasharray: look(c).dash, strokeWidth: 2 })),
      dot(strong.flatMap((c) => c.named), {
        x: 'x', y: 'y', symbol: (p) => look(p).symbol, fill: (p) => look(p).stroke, stroke: 'var(--bg)', r: 5, ariaLabel: nameOf,
      }),
    ],
  });
}

const swatch = ({ stroke, dash, opacity = 1 }) => svg('svg', { width: 40, height: 12, 'aria-hidden': 'true' },
  svg('line', { x1: 0, x2: 40, y1: 6, y2: 6, 'stroke-width': 2.5, stroke, 'stroke-dasharray': dash, 'stroke-opacity': opacity }));

function key(list, looks) {
  const shown = list.filter(({ cell }) => looks.has(cell.configuration));
  const rest = list.length - shown.length;
  return legend([
    ...shown.map(({ cell }) => [swatch(looks.get(cell.configuration)), cell.short]),
    ...(rest ? [[swatch({ stroke: 'var(--muted)', dash: 'none', opacity: 0.45 }), plural(rest, 'other')]] : []),
  ]);
}

export function render(view, width) {
  const models = view.models.filter((m) => distributions(view, m).length);
  const { looks } = standOut(view);
  return [panelGrid(models, width, (model, inner) => [panel(view, model, inner, looks), key(distributions(view, model), looks)])];
}

export function table(view) {
  const list = view.models.flatMap((m) => distributions(view, m));
  const rows = list.map(({ cell, latency }) => [
    view.report.models[cell.model].name, cell.label, latency.count, latency.lo_ms, ...[0.5, 0.9, 0.95, 0.99, 0.999].map((p) => quantileOf(latency, p)), latency.hi_ms,
  ]);
  return { columns: ['model', 'configuration', 'calls', 'least [ms]', 'p50 [ms]', 'p90 [ms]', 'p95 [ms]', 'p99 [ms]', 'p99.9 [ms]', 'greatest [ms]'], rows };
}
