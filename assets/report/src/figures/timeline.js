// SPDX-License-Identifier: Apache-2.0
// One trial in time: its phases as bands, its signals below each other on the same axis.
import { dot, line, rect, ruleX } from '@observablehq/plot';
import { plural, quantity, scaleFor, significant } from '../data/format.js';
import { staggerLabels } from '../data/labels.js';
import { decimate } from '../data/numbers.js';
import { draw, legend, tick } from '../page/chart.js';
import { h, svg } from '../page/dom.js';

export const id = 'timeline';
export const title = 'One trial in time';
/** A choice of its own: which trial. */
export const choice = 'trial';

const MARGIN = { marginLeft: 58, marginRight: 16 };
const ROW = 17; // px of one row of phase names
const DASHES = ['none', '6 3', '2 3'];

/** Time lines of the shown configurations: typical ones first. */
export function options(view) {
  const cells = new Set(view.cells.map((c) => c.index));
  return view.report.timelines.filter((t) => cells.has(t.cell)).sort((a, b) => a.cell - b.cell).map((t) => {
    const cell = view.report.cells[t.cell];
    const model = view.models.length > 1 ? `${view.report.models[cell.model].name}, ` : '';
    return { value: `${t.cell}-${t.kind}`, label: `${model}${cell.short}: ${t.kind} trial`, timeline: t, cell };
  });
}

const chosen = (view) => options(view).find((o) => o.value === view.state.get(choice)) ?? options(view)[0];

export function absence(view) {
  return options(view).length ? '' : 'No trial of these configurations ended well.';
}

export function describe(view) {
  const { cell, timeline } = chosen(view);
  const trial = view.report.trials[timeline.trial];
  const why = { typical: 'the trial nearest to the median', worst: 'the trial with the largest value' }[timeline.kind] ?? 'a trial';
  const signals = timeline.series.length ? '' : ' No signal was recorded.';
  const missing = view.cells.filter((c) => c.finished > 0 && !view.report.timelines.some((t) => t.cell === c.index)).length;
  const left = missing ? ` ${plural(missing, 'configuration')} without a time line in this file, to keep it small.` : '';
  return `${cell.label}: ${why}${trial ? `, block ${trial.block + 1}` : ''}. Every number of the trial comes from its measure phase, the window with the blue band.${signals}${left}`;
}

const endOf = (timeline) => Math.max(...timeline.phases.map((p) => p.t1_s), ...timeline.series.map((s) => s.t_s.at(-1) ?? 0), 1e-3);

/** The measured window, behind the signals. */
const band = (phases) => rect(phases.filter((p) => p.phase === 'measure'), { x1: 't0_s', x2: 't1_s', fill: 'var(--tie)' });

/** Names of the phases above their bands, in as many rows as they need. */
function phaseNames(phases, rows) {
  return (_index, scales, _values, { marginTop }) => {
    const texts = rows.places.map(({ x, row }, i) => Object.assign(
      svg('text', { x, y: marginTop - 8 - row * ROW, 'text-anchor': 'middle', fill: 'var(--muted)' }), { textContent: phases[i].phase }));
    const leads = rows.places.map(({ row }, i) => svg('line', {
      x1: middle(scales, phases[i]), x2: middle(scales, phases[i]), y1: marginTop, y2: marginTop - 5 - row * ROW, stroke: 'var(--line)',
    }));
    return svg('g', { 'aria-hidden': 'true' }, ...leads, ...texts);
  };
}

const middle = (scales, phase) => scales.x((phase.t0_s + phase.t1_s) / 2);

function phaseRows(phases, end, width) {
  const [x0, x1] = [MARGIN.marginLeft, width - MARGIN.marginRight];
  const at = (t) => x0 + (t / end) * (x1 - x0);
  const places = staggerLabels(phases.map((p) => ({ x: at((p.t0_s + p.t1_s) / 2), text: p.phase })), { x0: 4, x1: width - 4 });
  return { places, count: 1 + Math.max(0, ...places.map((p) => p.row)) };
}

const phaseName = (p) => `${p.phase}: ${significant(p.t0_s)} to ${significant(p.t1_s)} s, ${quantity(p.t1_s - p.t0_s, 's')}`;

function phaseStrip(timeline, end, width) {
  const phases = timeline.phases.filter((p) => p.t1_s > p.t0_s);
  const rows = phaseRows(phases, end, width);
  const last = timeline.series.length === 0;
  return draw(width, {
    ...MARGIN, height: 8 + rows.count * ROW + 16 + (last ? 42 : 0), marginTop: 8 + rows.count * ROW, marginBottom: last ? 42 : 0,
    x: { domain: [0, end], axis: last ? 'bottom' : null, label: 's since the trial began', tickFormat: tick }, y: { axis: null, domain: [0, 1] },
    marks: [
      rect(phases, { x1: 't0_s', x2: 't1_s', y1: 0, y2: 1, fill: (p) => (p.phase === 'measure' ? 'var(--accent)' : 'var(--line)'), stroke: 'var(--bg)', ariaLabel: phaseName }),
      phaseNames(phases, rows),
    ],
  });
}

function signalPanel(timeline, series, { end, width, last }) {
  const buckets = series.flatMap((_, k) => series[k].t_s.flatMap((t, i) => [series[k].min[i], series[k].max[i]]));
  const scale = scaleFor(series[0].unit, buckets);
  const curve = (s) => decimate(s.t_s.flatMap((t, i) => (s.min[i] === s.max[i]
    ? [{ x: t, y: s.min[i] / scale.factor, s }]
    : [{ x: t, y: s.min[i] / scale.factor, s }, { x: t, y: s.max[i] / scale.factor, s }])), Math.max(50, Math.floor(width / 2)));
  const curves = series.map(curve);
  const few = curves.every((c) => c.length <= 120);
  const highest = Math.max(...buckets) / scale.factor;
  return draw(width, {
    ...MARGIN, height: 120 + (last ? 42 : 8), marginTop: 24, marginBottom: last ? 42 : 8,
    x: { domain: [0, end], axis: last ? 'bottom' : null, label: 's since the trial began', ticks: width < 500 ? 5 : 10, tickFormat: tick },
    y: { label: `↑ ${series.map((s) => s.name).join(', ')}, ${scale.unit}`, ticks: 4, grid: true, domain: [0, highest * 1.05 || 1], tickFormat: tick },
    marks: [
      band(timeline.phases),
      ruleX(timeline.phases, { x: 't0_s', stroke: 'var(--line)' }),
      ...curves.map((c, i) => line(c, { x: 'x', y: 'y', stroke: `var(--c${i % 4})`, strokeDasharray: DASHES[i % DASHES.length], strokeWidth: 1.5 })),
      ...curves.map((c, i) => (few ? dot(c, {
        x: 'x', y: 'y', r: 2.2, fill: `var(--c${i % 4})`, ariaLabel: (p) => `${p.s.name}: ${significant(p.y)} ${scale.unit} at ${significant(p.x)} s`,
      }) : null)),
    ],
  });
}

/** Which line is which signal, where several share a panel. */
const signalLegend = (series) => legend(series.map((s, i) => [
  svg('svg', { width: 28, height: 10, 'aria-hidden': 'true' },
    svg('line', { x1: 0, x2: 28, y1: 5, y2: 5, 'stroke-width': 2.5, stroke: `var(--c${i % 4})`, 'stroke-dasharray': DASHES[i % DASHES.length] })),
  s.name,
]));

/** Signals of one unit share a panel; power comes first. */
function panelsOf(series) {
  const units = [...new Set(series.map((s) => s.unit))].sort((a, b) => (b === 'W') - (a === 'W'));
  return units.map((unit) => series.filter((s) => s.unit === unit && s.t_s.length));
}

export function render(view, width) {
  const { timeline } = chosen(view);
  const end = endOf(timeline);
  const panels = panelsOf(timeline.series).filter((p) => p.length);
  const strip = phaseStrip({ ...timeline, series: panels }, end, width);
  const panel = (p, i) => h('div', {}, signalPanel(timeline, p, { end, width, last: i === panels.length - 1 }), p.length > 1 ? signalLegend(p) : null);
  return [strip, ...panels.map(panel)];
}

export function table(view) {
  const { timeline } = chosen(view);
  const phases = timeline.phases.map((p) => [p.phase, 's', p.t0_s, p.t1_s, null, null]);
  const samples = timeline.series.flatMap((s) => s.t_s.map((t, i) => [s.name, s.unit, t, null, s.min[i], s.max[i]]));
  return { columns: ['what', 'unit', 'from [s]', 'to [s]', 'least', 'greatest'], rows: [...phases, ...samples] };
}
