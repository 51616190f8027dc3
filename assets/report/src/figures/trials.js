// SPDX-License-Identifier: Apache-2.0
// Every trial: how much repetitions differ. Box above, dots below, one panel a model, ratio to the best's trial of the same block.
import { barX, dot, ruleX, ruleY, tickX } from '@observablehq/plot';
import { plural, quantity, ratioText, significant } from '../data/format.js';
import { boxOf, geometricMean, median } from '../data/numbers.js';
import { colour, draw, fitName, paddedScale, panelColumns, panelGrid, rowMargin } from '../page/chart.js';
import { h } from '../page/dom.js';

export const id = 'trials';
export const title = 'Trials';

/** Above this many trials only those outside the whiskers are drawn, and dots have no names. */
const MAX_DOTS = 3000;
const MAX_NAMED = 600;

/** A choice of its own: what a trial is divided by. */
export const choice = 'relative';

/** Whether some model shown has a second configuration to compare with. */
const canCompare = (view) => view.models.some((m) => view.report.cells.filter((c) => c.model === m.index && c.ratio).length > 1);

export const options = (view) => (canCompare(view) ? [
  { value: 'best', label: 'relative to the best configuration, block by block' },
  { value: 'own', label: 'relative to its own median: the spread alone' },
] : []);

const isOwn = (view) => view.state.get(choice) === 'own' || !canCompare(view);

export function describe(view) {
  const few = view.trials.length <= MAX_DOTS ? 'each dot is a trial (a fresh process), the first block on top' : 'dots are trials beyond the whiskers';
  const box = `Box: quartiles and median; whiskers: up to 1.5 interquartile ranges; ${few}.`;
  if (isOwn(view)) return `Each trial relative to the median of its own configuration. ${box}`;
  const alone = view.models.reduce((sum, m) => sum + unpaired(view, m), 0);
  return "Each trial relative to the best configuration's trial of the same block, so that the best is 1 in every block. " +
    `Diamond: geometric mean of the dots, which is the ratio in the ranking. ${box}` +
    (alone ? ` Not drawn: ${plural(alone, 'trial')} in a block in which the best has no value.` : '');
}

const cellsOf = (view, model) => view.cells.filter((c) => c.model === model.index);

const valued = (view, model, cell) => view.trialsOf(cell)
  .map((trial) => ({ trial, cell, raw: view.report.value(trial, model.primary) })).filter((t) => t.raw !== null);

/** Trials with a value for whose block the best has none. */
function unpaired(view, model) {
  const base = view.bestByBlock(model);
  return cellsOf(view, model).reduce((sum, cell) => sum + valued(view, model, cell).filter((t) => !base.has(t.trial.block)).length, 0);
}

/** What each trial of a cell is divided by; nothing for a trial without a partner. */
function referenceOf(view, model, trials) {
  if (!isOwn(view)) {
    const base = view.bestByBlock(model);
    return (t) => base.get(t.trial.block);
  }
  const middle = median(trials.map((t) => t.raw));
  return () => middle;
}

function boxes(view, model) {
  return cellsOf(view, model).flatMap((cell) => {
    const trials = valued(view, model, cell);
    const reference = referenceOf(view, model, trials);
    const paired = trials.map((t) => ({ ...t, x: t.raw / reference(t) })).filter((t) => Number.isFinite(t.x) && t.x > 0);
    const box = boxOf(paired.map((t) => t.x));
    if (!box) return [];
    return [{ ...box, cell, mean: geometricMean(paired.map((t) => t.x)), points: paired.map((t) => ({ ...t, outside: box.outside(t.x) })) }];
  });
}

export function absence(view) {
  return view.models.some((m) => boxes(view, m).length) ? '' : 'No trial ended with a value.';
}

const nameOfBox = (view, b) => {
  const mean = isOwn(view) ? '' : `geometric mean ${ratioText(b.mean)} times the best, `;
  return `${b.cell.short}: ${mean}median ${ratioText(b.median)}, quartiles ${ratioText(b.q1)} to ${ratioText(b.q3)}, ${plural(b.n, isOwn(view) ? 'trial' : 'paired trial')}`;
};
const nameOfTrial = (view, p, key) =>
  `${p.cell.short}, block ${p.trial.block + 1}: ${quantity(p.raw, view.report.metrics.get(key).unit)}, ratio ${significant(p.x, 4)}`;

function axisTitles(view, model) {
  const noun = view.report.metrics.get(model.primary).title;
  if (isOwn(view)) return [`${noun}, ratio to own median`, 'ratio to own median'];
  return [`${noun}, ratio to the best's trial of the same block`, "ratio to the best's trial of the block", 'ratio to best, by block'];
}

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
    x: { ...x, grid: true, label: axisTitles(view, model) },
    y: { type: 'band', label: null, domain: list.map((b) => b.cell.index), tickSize: 0, tickFormat: (i) => fitName(view.report.cells[i].short, margin - 14) },
    marks: [
      ruleX([1], { stroke: 'var(--muted)', strokeDasharray: '2 3' }),
      ruleY(list, { ...row, x1: 'lo', x2: 'hi', stroke: 'var(--fg)', dy: -7 }),
      barX(list, {
        ...row, x1: 'q1', x2: 'q3', fill: (b) => colour(b.cell.configuration), stroke: (b) => colour(b.cell.configuration),
        insetTop: 4, insetBottom: 19, ariaLabel: (b) => nameOfBox(view, b),
      }),
      tickX(list, { ...row, x: 'median', stroke: 'var(--bg)', strokeWidth: 2, insetTop: 4, insetBottom: 19 }),
      isOwn(view) ? null : dot(list, { ...row, x: 'mean', symbol: 'diamond2', r: 4.5, dy: -7, fill: 'var(--bg)', stroke: 'var(--fg)', strokeWidth: 1.5 }),
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
  const inner = width / panelColumns(models.length, width);
  const x = paddedScale(ratios, { include: [1], ticks: inner < 500 ? 4 : 8, pixels: inner / 2 });
  const rest = models.length === drawn.length ? null
    : h('p', { class: 'muted' }, `This window is narrow: only ${models[0].name} is drawn; choose another model above.`);
  return [panelGrid(models, width, (model, inner) => [panel(view, model, inner, x)]), rest];
}

export function table(view) {
  const keys = [...new Set(view.models.map((m) => m.primary))];
  const columns = ['model', 'configuration', 'block', 'status', ...keys.map((k) => `${view.report.metrics.get(k).title} [${view.report.metrics.get(k).unit}]`), "ratio to the best's trial of the block", 'reason'];
  const base = new Map(view.models.map((m) => [m.index, view.bestByBlock(m)]));
  const rows = view.trials.map((t) => {
    const cell = view.report.cells[t.cell];
    const model = view.report.models[cell.model];
    const [value, best] = [view.report.value(t, model.primary), base.get(model.index).get(t.block)];
    const ratio = value !== null && best ? value / best : null;
    return [model.name, cell.label, t.block + 1, t.status, ...keys.map((k) => view.report.value(t, k)), ratio, t.reason];
  });
  return { columns, rows };
}
