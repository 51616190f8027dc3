// SPDX-License-Identifier: Apache-2.0
// What is absent, and why: a number that is not there must not look like a number that is zero.
import { enumerate } from '../data/format.js';
import { h } from '../page/dom.js';

/** Metrics without a value, with the reason and the configurations that it holds for. Those without a finished trial are told elsewhere. */
export function absences(view) {
  const found = new Map();
  for (const cell of view.cells.filter((c) => c.finished > 0)) {
    for (const [key, estimate] of Object.entries(cell.estimates)) {
      if (estimate.value !== null) continue;
      const metric = view.report.metrics.get(key);
      const id = `${key}\n${estimate.reason}`;
      if (!found.has(id)) found.set(id, { title: metric?.title ?? key, reason: estimate.reason, detail: estimate.detail ?? '', cells: [] });
      found.get(id).cells.push(cell);
    }
  }
  return [...found.values()];
}

function item(view, absence) {
  const all = absence.cells.length === view.cells.filter((c) => c.finished > 0).length;
  const where = all ? 'all configurations' : enumerate([...new Set(absence.cells.map((c) => c.short))]);
  const why = [absence.reason, absence.detail].filter(Boolean).join(': ') || 'no reason was recorded';
  return h('li', {}, `${absence.title} (${where}): ${why}`);
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
