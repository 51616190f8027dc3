// SPDX-License-Identifier: Apache-2.0
// Which configuration is best, and how sure that is: ratio to the best with its interval, one panel a model.
import { dot, rect, ruleX, ruleY, text } from '@observablehq/plot';
import { capitalised, enumerate, ratioInterval, ratioOf, significant } from '../data/format.js';
import { percentText, standingText } from '../data/standing.js';
import { draw, fitName, paddedScale, panelColumns, panelGrid, rowMargin } from '../page/chart.js';
import { standingDots, standingLegend } from '../page/standing_mark.js';

export const id = 'ranking';
export const title = 'Ranking';

export function describe(view) {
  const { margin } = view.report.experiment;
  const nouns = [...new Set(view.models.map((m) => view.report.metrics.get(m.primary).title))];
  return `${capitalised(enumerate(nouns))} relative to the best configuration: geometric mean of the ratios within each block, with 95\u00a0% interval; ` +
    `less is better. The pale band, ${significant(1 / (1 + margin))} to ${significant(1 + margin)}, is a difference of less than ${percentText(margin)}. ` +
    'The shape tells where the interval lies: within the band, across its edge, or beyond it.';
}

const ranked = (view, model) => view.cells
  .filter((c) => c.model === model.index && c.ratio)
  .sort((a, b) => a.ratio.value - b.ratio.value);

/** Why there is nothing to draw; "" when there is. */
export function absence(view) {
  const most = Math.max(0, ...view.models.map((m) => ranked(view, m).length));
  if (most === 0) return 'No configuration is ranked.';
  return most < 2 ? 'There is no second ranked configuration to compare with.' : '';
}

const nameOf = (cell, margin) => (cell.standing === 'best' ? `${cell.short}: best`
  : `${cell.short}: ${ratioInterval(cell.ratio)} times the best, ${standingText(cell.standing, margin)}`);

function panel(view, model, width, x) {
  const cells = ranked(view, model);
  const { margin } = view.report.experiment;
  const room = rowMargin(cells.map((c) => c.short), width);
  const noun = view.report.metrics.get(model.primary).title;
  const ends = [Math.max(1 / (1 + margin), x.domain[0]), Math.min(1 + margin, x.domain[1])];
  return draw(width, {
    height: 58 + cells.length * 32, marginLeft: room, marginRight: 60, marginTop: 10,
    x: { ...x, grid: true, label: [`${noun}, ratio to the best (geometric mean over blocks)`, 'ratio to the best (geometric mean)', 'ratio to the best'] },
    y: { type: 'point', label: null, domain: cells.map((c) => c.index), tickSize: 0, tickFormat: (i) => fitName(view.report.cells[i].short, room - 14) },
    symbol: { type: 'identity' },
    marks: [
      rect([0], { x1: ends[0], x2: ends[1], fill: 'var(--tie)' }),
      ruleX([1], { stroke: 'var(--muted)', strokeDasharray: '2 3' }),
      ruleY(cells, { y: 'index', x1: (c) => c.ratio.lo ?? c.ratio.value, x2: (c) => c.ratio.hi ?? c.ratio.value, stroke: 'var(--fg)', strokeWidth: 2 }),
      dot(cells, {
        ...standingDots((c) => c.standing, () => 'var(--accent)'), x: (c) => c.ratio.value, y: 'index', r: 6, ariaLabel: (c) => nameOf(c, margin),
      }),
      text(cells, { y: 'index', frameAnchor: 'right', dx: 54, textAnchor: 'end', text: (c) => `${ratioOf(c.ratio)}×`, fill: 'var(--fg)' }),
    ],
  });
}

export function render(view, width) {
  const models = view.models.filter((m) => ranked(view, m).length > 1);
  const cells = models.flatMap((m) => ranked(view, m));
  const inner = width / panelColumns(models.length, width);
  const x = paddedScale(cells.flatMap((c) => [c.ratio.value, c.ratio.lo, c.ratio.hi]), { include: [1], ticks: inner < 500 ? 4 : 8, pixels: inner / 2 });
  return [panelGrid(models, width, (model, inner) => [panel(view, model, inner, x)]), standingLegend(cells, view.report.experiment.margin)];
}

export function table(view) {
  const rows = view.cells.map((c) => [
    view.report.models[c.model].name, c.label, c.ratio?.value ?? null, c.ratio?.lo ?? null, c.ratio?.hi ?? null, c.ratio?.blocks ?? null,
    c.ratio ? standingText(c.standing, view.report.experiment.margin) : `not ranked: ${c.reason || c.standing}`,
  ]);
  return { columns: ['model', 'configuration', 'ratio to best', 'low', 'high', 'blocks', 'standing'], rows };
}
