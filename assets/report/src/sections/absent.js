// SPDX-License-Identifier: Apache-2.0
// What is absent, and why: a number that is not there must not look like a number that is zero.
import { capitalised, enumerate } from '../data/format.js';
import { h } from '../page/dom.js';

const ENERGY_UNITS = ['J', 'W'];
/** Reasons of metrics that nobody expects. */
const NOT_EXPECTED = ['no_language_model', 'not_given', 'no_build_phase'];

const isAbsent = (estimate) => estimate?.value === null && !NOT_EXPECTED.includes(estimate.reason);

/** Metrics without a value in cells with finished trials: one entry for each reason and set of cells. */
export function absences(view) {
  const measured = view.cells.filter((c) => c.finished > 0);
  const found = new Map();
  for (const [key, metric] of view.report.metrics) {
    const reasons = new Map();
    for (const cell of measured.filter((c) => isAbsent(c.estimates[key]))) {
      const { reason, detail } = cell.estimates[key];
      if (!reasons.has(reason)) reasons.set(reason, { reason, detail, cells: [] });
      reasons.get(reason).cells.push(cell);
    }
    for (const absence of reasons.values()) {
      const id = `${absence.reason}\n${absence.cells.map((c) => c.index)}`;
      if (!found.has(id)) found.set(id, { ...absence, everywhere: absence.cells.length === measured.length, metrics: [] });
      found.get(id).metrics.push(metric);
    }
  }
  return [...found.values()];
}

/** The reason in words: the absence's own, else the caveat about energy. */
function explanation(view, { reason, detail, metrics }) {
  if (detail) return detail;
  const isEnergy = metrics.some((m) => ENERGY_UNITS.includes(m.unit));
  return (isEnergy && view.report.caveats.find((c) => c.code === 'energy_absent')?.message) ||
    (reason === 'absent' ? 'this machine does not tell' : 'no more is known');
}

function item(view, absence) {
  const why = explanation(view, absence);
  const where = absence.everywhere ? 'all configurations' : enumerate([...new Set(absence.cells.map((c) => c.short))]);
  return h('li', {}, `${capitalised(enumerate(absence.metrics.map((m) => m.title)))} (${where}): ${why}`,
    absence.reason && !why.includes(`(${absence.reason})`) ? h('span', { class: 'muted' }, ` [${absence.reason}]`) : null);
}

export function absentSection() {
  const list = h('ul');
  const element = h('section', { id: 'absent', 'aria-labelledby': 'absent-title' }, h('h2', { id: 'absent-title' }, 'What is absent, and why'), list);
  const update = (view) => {
    const found = absences(view);
    element.hidden = found.length === 0;
    list.replaceChildren(...found.map((absence) => item(view, absence)));
  };
  return { element, update };
}
