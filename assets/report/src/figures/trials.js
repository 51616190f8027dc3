// SPDX-License-Identifier: Apache-2.0
// Every trial: how much repetitions differ. Box above, dots below, one panel a model, ratio to the model's best.
import { barX, dot, ruleX, ruleY, tickX } from '@observablehq/plot';
import { plural, quantity, significant } from '../data/format.js';
import { boxOf } from '../data/numbers.js';
import { colour, draw, fitName, paddedScale, panelColumns, panelGrid, rowMargin } from '../page/chart.js';
import { h } from '../page/dom.js';

export const id = 'trials';
export const title = 'Trials';

/** Above this many trials only those outside the whiskers are drawn, and dots have no names. */
const MAX_DOTS = 3000;
const MAX_NAMED = 600;

/** A choice of its own: what a trial is divided by. */
export const choice = 'relative';

export const options = () => [
  { value: 'best', label: 'relative to the best configuration' },
  { value: 'own', label: 'relative to its own median: the spread alone' },
];

const isOwn = (view) => view.state.get(choice) === 'own';

export function describe(view) {
  const few = view.trials.length <= MAX_DOTS ? 'each dot is a trial (a fresh process), the first block on top' : 'dots are trials beyond the whiskers';
  const reference = isOwn(view) ? 'its own median' : "the median of the model's best configuration";
  return `Each configuration relative to ${reference}. Box: quartiles and median; whiskers: up to 1.5 interquartile ranges; ${few}.`;
}

function boxes(view, model) {
  const key = model.primary;
  return view.cells.filter((c) => c.model === model.index).flatMap((cell) => {
    const trials = view.trialsOf(cell).map((t) => ({ trial: t, cell, raw: view.report.value(t, key) })).filter((t) => t.raw !== null);
    const box = boxOf(trials.map((t) => t.raw));
    const reference = box && isOwn(view) ? box.median : view.reference(model);
    if (!box || !reference) return [];
    const points = trials.map((t) => ({ ...t, x: t.raw / reference, outside: box.outside(t.raw) }));
    return [{ ...box, cell, key, points, r: (v) => v / reference }];
  });
}

export function absence(view) {
  return view.models.some((m) => boxes(view, m).length) ? '' : 'No trial ended with a value.';
}

const nameOfBox = (view, b) => {
  const unit = view.report.metrics.get(b.key).unit;
  return `${b.cell.short}: median ${quantity(b.median, unit)}, quartiles ${quantity(b.q1, unit)} to ${quantity(b.q3, unit)}, ${plural(b.n, 'trial')}`;
};
const nameOfTrial = (view, p, key) =>
  `${p.cell.short}, block ${p.trial.block + 1}: ${quantity(p.raw, view.report.metrics.get(key).unit)}, ratio ${significant(p.x, 4)}`;

function panel(view, model, width, x) {
  const list = boxes(view, model);
  const blocks = 1 + Math.max(0, ...list.flatMap((b) => b.points.map((p) => p.trial.block)));
  const points = list.flatMap((b) => b.points).filter((p) => view.trials.length <= MAX_DOTS || p.outside);
  const margin = rowMargin(list.map((b) => b.cell.short), width);
  const row = { y: (d) => d.cell.index };
  const depth = (p) => 5 + (blocks > 1 ? Math.round((p.trial.block / (blocks - 1)) * 9) : 4);
  const groups = [...new Set(points.map(depth))].map((d) => [d, points.filter((p) => depth(p) === d)]);
  const named = view.trials.length <= MAX_NAMED;
  return draw(width, {
    height: 54 + list.length * 38, marginLeft: margin, marginRight: 14, marginTop: 8,
    x: { ...x, grid: true, label: `${view.report.metrics.get(model.primary).title}, ratio to ${isOwn(view) ? 'own median' : 'the best'}` },
    y: { type: 'band', label: null, domain: list.map((b) => b.cell.index), tickSize: 0, tickFormat: (i) => fitName(view.report.cells[i].short, margin - 14) },
    marks: [
      ruleX([1], { stroke: 'var(--muted)', strokeDasharray: '2 3' }),
      ruleY(list, { ...row, x1: (b) => b.r(b.lo), x2: (b) => b.r(b.hi), stroke: 'var(--fg)', dy: -7 }),
      barX(list, {
        ...row, x1: (b) => b.r(b.q1), x2: (b) => b.r(b.q3), fill: (b) => colour(b.cell.configuration), stroke: (b) => colour(b.cell.configuration),
        insetTop: 4, insetBottom: 19, ariaLabel: (b) => nameOfBox(view, b),
      }),
      tickX(list, { ...row, x: (b) => b.r(b.median), stroke: 'var(--bg)', strokeWidth: 2, insetTop: 4, insetBottom: 19 }),
      ...groups.map(([dy, some]) => dot(some, {
        ...row, x: 'x', r: 2.5, dy, fill: (p) => colour(p.cell.configuration), fillOpacity: 0.7,
        ...(named ? { ariaLabel: (p) => nameOfTrial(view, p, model.primary) } : {}),
      })),
    ],
  });
}

export function render(view, width) {
  const drawn = view.models.filter((m) => boxes(view, m).length);
  const models = width < 500 ? drawn.slice(0, 1) : drawn;
  const ratios = models.flatMap((m) => boxes(view, m).flatMap((b) => b.points.map((p) => p.x)));
  const x = paddedScale(ratios, { include: [1], ticks: width / panelColumns(models.length, width) < 500 ? 4 : 8 });
  const rest = models.length === drawn.length ? null
    : h('p', { class: 'muted' }, `This window is narrow: only ${models[0].name} is drawn; choose another model above.`);
  return [panelGrid(models, width, (model, inner) => [panel(view, model, inner, x)]), rest];
}

export function table(view) {
  const keys = [...new Set(view.models.map((m) => m.primary))];
  const columns = ['model', 'configuration', 'block', 'status', ...keys.map((k) => `${view.report.metrics.get(k).title} [${view.report.metrics.get(k).unit}]`), 'reason'];
  const rows = view.trials.map((t) => {
    const cell = view.report.cells[t.cell];
    return [view.report.models[cell.model].name, cell.label, t.block + 1, t.status, ...keys.map((k) => view.report.value(t, k)), t.reason];
  });
  return { columns, rows };
}
