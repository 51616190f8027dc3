// SPDX-License-Identifier: Apache-2.0
// Energy (or, where no energy was measured, CPU time) against latency: what one costs in the other.
import { dot, line, ruleX, ruleY } from '@observablehq/plot';
import { quantity, scaleFor, significant } from '../data/format.js';
import { placeLabels } from '../data/labels.js';
import { paretoFront } from '../data/numbers.js';
import { standingText } from '../data/standing.js';
import { KEY, ratioPoints } from '../data/view.js';
import { colour, draw, paddedScale, shape } from '../page/chart.js';
import { svg } from '../page/dom.js';

export const id = 'tradeoff';
export const title = 'Cost against latency';

/** What differs by less than this fills no axis: noise would look like a difference. */
const LEAST_SPAN = 0.05;

const costOf = (view) => (view.has(KEY.energy) ? KEY.energy : KEY.cpu);

export function absence(view) {
  if (!view.has(KEY.p50)) return 'No trial has latencies.';
  return view.has(costOf(view)) ? '' : 'Neither energy nor CPU time was measured.';
}

export function describe(view) {
  const { title: cost } = view.report.metrics.get(costOf(view));
  const stand = costOf(view) === KEY.energy ? '' : ' Energy was not measured; CPU time stands in for it here and is not energy.';
  const what = view.models.length > 1
    ? `Each model relative to ${ratioPoints(view, costOf(view)).reference} (small marks), geometric mean over the models (large).`
    : `Median ${cost} against median ${view.report.latencyName}, with 95\u00a0% intervals.`;
  const filled = view.models.length > 1 ? 'a filled mark is the best for every model' : 'the filled mark is the best of the ranking';
  return `${what} Lower left is better; the stepped line joins what nothing else beats in both. ` +
    `Colour and shape are the engine; ${filled}. A name stands where there is room for it.${stand}`;
}

/** Points of one model in their own units, with one unit for each axis. */
function absolutePoints(view, cost) {
  const cells = view.cells.filter((c) => view.estimate(c, cost) && view.estimate(c, KEY.p50));
  const unit = view.report.metrics.get(cost).unit;
  const y = scaleFor(unit, cells.map((c) => view.estimate(c, cost).value));
  const x = scaleFor('s', cells.map((c) => view.estimate(c, KEY.p50).value / 1000));
  const large = cells.map((cell) => {
    const [e, l] = [view.estimate(cell, cost), view.estimate(cell, KEY.p50)];
    const scaled = (v, factor) => (v === null ? null : v / factor);
    return {
      cell, configuration: cell.configuration, text: cell.short, best: cell.standing === 'best',
      x: l.value / 1000 / x.factor, x1: scaled(l.lo, 1000 * x.factor), x2: scaled(l.hi, 1000 * x.factor),
      y: e.value / y.factor, y1: scaled(e.lo, y.factor), y2: scaled(e.hi, y.factor),
      name: `${cell.short}: ${quantity(e.value, unit)} and ${quantity(l.value / 1000, 's')}, ${standingOf(view, cell)}`,
    };
  });
  return { large, small: [], xLabel: `latency p50, ${x.unit}`, yLabel: `↑ ${view.report.metrics.get(cost).title}, ${y.unit}` };
}

function relativePoints(view, cost) {
  const { small, large, reference } = ratioPoints(view, cost);
  const title = view.report.metrics.get(cost).title;
  const words = (p, who) => `${who}: ${significant(p.y)} of the ${title} and ${significant(p.x)} of the latency of ${reference}`;
  return {
    large: large.map((p) => ({ ...p, text: p.configuration.short, name: words(p, p.configuration.short) })),
    small: small.map((p) => ({ ...p, name: words(p, `${view.report.models[p.cell.model].name}, ${p.configuration.short}`) })),
    xLabel: [`latency p50, relative to ${reference}`, 'latency p50, relative'], yLabel: [`↑ ${title}, relative to ${reference}`, `↑ ${title}, relative`],
  };
}

const standingOf = (view, cell) => standingText(cell.ratio ? cell.standing : 'unranked', view.report.experiment.margin);

const hasBars = (p) => Number.isFinite(p.x1) && Number.isFinite(p.y1);

/** A mark that writes each point's name where it meets nothing else. */
function labels(points, small, front) {
  return (_index, scales, _values, dimensions) => {
    const frame = {
      x0: dimensions.marginLeft, x1: dimensions.width - 4, y0: dimensions.marginTop, y1: dimensions.height - dimensions.marginBottom,
    };
    const bars = points.filter(hasBars).flatMap((p) => {
      const [x, y, x1, x2, y1, y2] = [scales.x(p.x), scales.y(p.y), scales.x(p.x1), scales.x(p.x2), scales.y(p.y1), scales.y(p.y2)];
      return [{ x0: x1, x1: x2, y0: y - 1, y1: y + 1 }, { x0: x - 1, x1: x + 1, y0: y2, y1: y1 }];
    });
    const steps = front.slice(1).flatMap((p, i) => {
      const [x1, y1, x2, y2] = [scales.x(front[i].x), scales.y(front[i].y), scales.x(p.x), scales.y(p.y)];
      return [{ x0: x1, x1: x2, y0: y1 - 1, y1: y1 + 1 }, { x0: x2 - 1, x1: x2 + 1, y0: y1, y1: y2 }];
    });
    const spot = (p) => ({ x: scales.x(p.x), y: scales.y(p.y), text: p.text });
    const spots = points.map(spot);
    const places = placeLabels(spots, frame, small.map(spot), [...bars, ...steps]);
    return svg('g', { 'aria-hidden': 'true', stroke: 'var(--bg)', 'stroke-width': 4, 'paint-order': 'stroke', fill: 'var(--fg)' },
      ...places.flatMap((p, i) => (p ? [Object.assign(svg('text', { x: p.x, y: p.y, 'text-anchor': p.anchor }), { textContent: spots[i].text })] : [])));
  };
}

export function render(view, width) {
  const { large, small, xLabel, yLabel } = view.models.length > 1 ? relativePoints(view, costOf(view)) : absolutePoints(view, costOf(view));
  const all = [...large, ...small];
  const span = view.models.length > 1 ? { include: [1], least: LEAST_SPAN } : { least: LEAST_SPAN };
  const front = paretoFront(large);
  const look = { symbol: (p) => shape(p.configuration), stroke: (p) => colour(p.configuration) };
  const between = large.filter(hasBars);
  return [draw(width, {
    height: Math.min(420, Math.max(300, width)), marginLeft: 58, marginRight: 16, marginTop: 28,
    x: { ...paddedScale(all.flatMap((p) => [p.x, p.x1, p.x2]), { ticks: width < 500 ? 4 : 7, pixels: width - 80, ...span }), label: xLabel, grid: true },
    y: { ...paddedScale(all.flatMap((p) => [p.y, p.y1, p.y2]), span), label: yLabel, grid: true },
    symbol: { type: 'identity' },
    marks: [
      line(front, { x: 'x', y: 'y', curve: 'step-after', stroke: 'var(--muted)', strokeWidth: 1.5 }),
      ruleY(between, { x1: 'x1', x2: 'x2', y: 'y', stroke: (p) => colour(p.configuration) }),
      ruleX(between, { y1: 'y1', y2: 'y2', x: 'x', stroke: (p) => colour(p.configuration) }),
      dot(small, { ...look, x: 'x', y: 'y', r: 3, strokeOpacity: 0.6, ariaLabel: 'name' }),
      dot(large, { ...look, x: 'x', y: 'y', r: 7, strokeWidth: 2, fill: (p) => (p.best ? colour(p.configuration) : 'var(--bg)'), ariaLabel: 'name' }),
      labels(large, small, front),
    ],
  })];
}

export function table(view) {
  const cost = costOf(view);
  const columns = ['model', 'configuration', `${view.report.metrics.get(cost).title} [${view.report.metrics.get(cost).unit}]`, 'latency p50 [ms]', 'standing'];
  const rows = view.cells.map((c) => [
    view.report.models[c.model].name, c.label, view.estimate(c, cost)?.value ?? null, view.estimate(c, KEY.p50)?.value ?? null, standingOf(view, c),
  ]);
  return { columns, rows };
}
