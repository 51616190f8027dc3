// SPDX-License-Identifier: Apache-2.0
// Which configuration is best, and how sure that is: ratio to the best with its interval, one panel a model.
import { dot, rect, ruleX, ruleY, text } from '@observablehq/plot';
import { capitalised, enumerate, ratioInterval, ratioText } from '../data/format.js';
import { draw, fitName, paddedScale, panelColumns, panelGrid, rowMargin } from '../page/chart.js';

export const id = 'ranking';
export const title = 'Ranking';

export function describe(view) {
  const nouns = [...new Set(view.models.map((m) => view.report.metrics.get(m.primary).title))];
  return `${capitalised(enumerate(nouns))} relative to the best configuration, with 95\u00a0% interval; less is better. Filled dots on the pale band are ` +
    'the best set: configurations that cannot be told from the best. Membership comes from differences paired by block, not from ' +
    'whether two intervals overlap.';
}

const ranked = (view, model) => view.cells
  .filter((c) => c.model === model.index && c.ratio)
  .sort((a, b) => a.ratio.value - b.ratio.value);

/** Why there is nothing to draw; "" when there is. */
export function absence(view) {
  const most = Math.max(0, ...view.models.map((m) => ranked(view, m).length));
  return most < 2 ? 'There is no second ranked configuration to compare with.' : '';
}

const nameOf = (cell) =>
  `${cell.short}: ${ratioInterval(cell.ratio)} times the best${cell.best ? ', in the best set' : ''}`;

function panel(view, model, width, x) {
  const cells = ranked(view, model);
  const set = cells.filter((c) => c.best);
  const ends = set.flatMap((c) => [c.ratio.lo ?? c.ratio.value, c.ratio.hi ?? c.ratio.value]);
  const margin = rowMargin(cells.map((c) => c.short), width);
  return draw(width, {
    height: 58 + cells.length * 32, marginLeft: margin, marginRight: 60, marginTop: 10,
    x: { ...x, grid: true, label: `${view.report.metrics.get(model.primary).title}, ratio to the best` },
    y: { type: 'point', label: null, domain: cells.map((c) => c.index), tickSize: 0, tickFormat: (i) => fitName(view.report.cells[i].short, margin - 14) },
    marks: [
      set.length > 1 ? rect([0], { x1: Math.min(...ends), x2: Math.max(...ends), fill: 'var(--tie)' }) : null,
      ruleX([1], { stroke: 'var(--muted)', strokeDasharray: '2 3' }),
      ruleY(cells, { y: 'index', x1: (c) => c.ratio.lo ?? c.ratio.value, x2: (c) => c.ratio.hi ?? c.ratio.value, stroke: 'var(--fg)', strokeWidth: 2 }),
      dot(cells, {
        x: (c) => c.ratio.value, y: 'index', r: 6, stroke: 'var(--accent)', strokeWidth: 2,
        fill: (c) => (c.best ? 'var(--accent)' : 'var(--bg)'), ariaLabel: nameOf,
      }),
      text(cells, { y: 'index', frameAnchor: 'right', dx: 54, textAnchor: 'end', text: (c) => `${ratioText(c.ratio.value)}×`, fill: 'var(--fg)' }),
    ],
  });
}

export function render(view, width) {
  const models = view.models.filter((m) => ranked(view, m).length > 1);
  const cells = models.flatMap((m) => ranked(view, m));
  const x = paddedScale(cells.flatMap((c) => [c.ratio.value, c.ratio.lo, c.ratio.hi]), { include: [1], ticks: width / panelColumns(models.length, width) < 500 ? 4 : 8 });
  return [panelGrid(models, width, (model, inner) => [panel(view, model, inner, x)])];
}

export function table(view) {
  const rows = view.cells.map((c) => [
    view.report.models[c.model].name, c.label, c.ratio?.value ?? null, c.ratio?.lo ?? null, c.ratio?.hi ?? null,
    c.best ? 'yes' : 'no', c.reason || c.standing,
  ]);
  return { columns: ['model', 'configuration', 'ratio to best', 'low', 'high', 'best set', 'standing'], rows };
}
