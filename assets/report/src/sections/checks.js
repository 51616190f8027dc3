// SPDX-License-Identifier: Apache-2.0
// How far the answer depends on the analysis and on the model.
import { significant } from '../data/format.js';
import { h } from '../page/dom.js';
import { wordsCell, wordsTable } from '../page/words_table.js';

const CHECKS = { stable: 'the same answer', conditional: 'another answer', unchecked: 'cannot say' };

/** One row for each model and analysis. */
export function sensitivityRows(report) {
  return report.models.flatMap((model) => model.sensitivities.map(({ analysis, check, detail }) => ({
    model: model.name, analysis, check: CHECKS[check] ?? check, detail,
  })));
}

function sensitivities(report) {
  const several = report.models.length > 1;
  const rows = sensitivityRows(report).map(({ model, analysis, check, detail }) => h('tr', {},
    h('th', { scope: 'row' }, several ? `${model}, ${analysis}` : analysis), wordsCell(check), wordsCell(detail)));
  return rows.length ? wordsTable('Analysed otherwise', ['analysis', 'answer', 'what it says'], rows) : null;
}

/** One row for each configuration that has repetitions which stand out, or whose ratio they move. */
export function flaggedRows(report) {
  return report.models.flatMap(({ flagged: { repetitions, ratios } }) => {
    const cells = [...new Set([...repetitions, ...ratios].map(({ row }) => row))];
    return cells.map((row) => ({
      label: report.cells[row].label,
      repetitions: repetitions.filter((each) => each.row === row)
        .map(({ block, times_median: times }) => `block ${block + 1}: ${significant(times)} × its median`).join(', '),
      ratio: ratios.find((each) => each.row === row) ?? null,
    }));
  });
}

function flagged(report) {
  const rows = flaggedRows(report).map(({ label, repetitions, ratio }) => h('tr', {}, h('th', { scope: 'row' }, label), wordsCell(repetitions),
    h('td', {}, ratio ? significant(ratio.with) : ''), h('td', {}, ratio ? significant(ratio.without) : '')));
  return rows.length ? wordsTable('Repetitions that stand out, counted like all others', ['configuration', 'repetitions', 'ratio with', 'without'], rows) : null;
}

/** "1.23 [1.20, 1.26]", or the bare number where there is no interval. */
export function ratioWords({ value, lo, hi }) {
  const ends = lo === null || hi === null ? '' : ` [${significant(lo)}, ${significant(hi)}]`;
  return significant(value) + ends;
}

function across(report) {
  const rows = report.across.map(({ label, ratio, best_sets: bestSets }) => h('tr', {},
    h('th', { scope: 'row' }, label), h('td', {}, ratioWords(ratio)), h('td', {}, `${bestSets} of ${report.models.length}`)));
  return rows.length ? wordsTable('Over all models', ['configuration', 'ratio to the first', 'in the best set of'], rows) : null;
}

export function checksSection(report) {
  const parts = [sensitivities(report), flagged(report), across(report)].filter(Boolean);
  const element = h('section', { id: 'checks', 'aria-labelledby': 'checks-title' },
    h('h2', { id: 'checks-title' }, 'How firm the answer is'), ...parts);
  element.hidden = parts.length === 0;
  return { element };
}
