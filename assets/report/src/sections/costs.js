// SPDX-License-Identifier: Apache-2.0
// What the gross energy of an inference does not tell: what the machine draws anyway, and what loading costs first.
import { NONE, significant } from '../data/format.js';
import { h } from '../page/dom.js';
import { wordsCell, wordsTable } from '../page/words_table.js';

/** Configurations whose energy without the machine at rest is known: [label, gross, above idle, above ready]. */
export function netRows(report) {
  return report.cells.filter((c) => c.aboveIdle || c.aboveReady)
    .map((c) => [c.label, c.energy ?? NONE, c.aboveIdle || NONE, c.aboveReady || NONE]);
}

/** Whether a configuration is shown, and not only estimated, to need more than the best. */
const needsMore = ({ standing }) => standing === 'worse' || standing === 'behind';

/** One row for each such configuration that another one overtakes: [label, by which, in what, from how many inferences on]. */
export function breakEvenRows(report) {
  return report.models.flatMap((model) => model.breakEven.filter(({ row }) => needsMore(report.cells[row])).map(({ row, overtaken_by: by, metric, inferences }) => [
    report.cells[row].label, report.cells[by].label, report.metrics.get(metric)?.title ?? metric, significant(Math.ceil(inferences)),
  ]));
}

const rowOf = ([name, ...words]) => h('tr', {}, h('th', { scope: 'row' }, name), ...words.map(wordsCell));

function net(report) {
  const rows = netRows(report);
  return rows.length ? wordsTable('Energy with and without the machine at rest (± is the 95 % uncertainty)',
    ['configuration', 'gross', 'above the idle machine', 'above the machine with the model loaded'], rows.map(rowOf)) : null;
}

function breakEven(report) {
  const rows = breakEvenRows(report);
  return rows.length ? wordsTable('Loading included, when a configuration is overtaken',
    ['configuration', 'overtaken by', 'in', 'from so many inferences on'], rows.map(rowOf)) : null;
}

export function costsSection(report) {
  const parts = [net(report), breakEven(report)].filter(Boolean);
  const element = h('section', { id: 'costs', 'aria-labelledby': 'costs-title' },
    h('h2', { id: 'costs-title' }, 'The machine at rest, and loading'), ...parts);
  element.hidden = parts.length === 0;
  return { element };
}
