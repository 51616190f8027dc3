// SPDX-License-Identifier: Apache-2.0
// Trials that did not end well: an outcome is data, too.
import { plural, ranges } from '../data/format.js';
import { h } from '../page/dom.js';

/** Trials of one cell that ended alike, together. */
export function failureGroups(trials) {
  const groups = new Map();
  for (const trial of trials.filter((t) => t.status !== 'ok')) {
    const id = `${trial.cell}\n${trial.status}\n${trial.reason}`;
    groups.set(id, [...(groups.get(id) ?? []), trial]);
  }
  return [...groups.values()];
}

function item(view, trials) {
  const [first] = trials;
  const cell = view.report.cells[first.cell];
  const model = view.report.models.length > 1 ? `${view.report.models[cell.model].name}, ` : '';
  const where = `${trials.length > 1 ? 'blocks' : 'block'} ${ranges(trials.map((t) => t.block + 1))}`;
  const tail = trials.find((t) => t.output_tail)?.output_tail;
  return h('li', {}, `${model}${cell.label}, ${where}: ${first.status.replaceAll('_', ' ')}${first.reason ? `: ${first.reason}` : ''}`,
    tail ? h('details', {}, h('summary', {}, 'Last output of the worker'), h('pre', { tabindex: 0 }, tail)) : null);
}

export function failureSection() {
  const list = h('ul');
  const words = h('p', { class: 'muted' });
  const element = h('section', { id: 'failures', 'aria-labelledby': 'failures-title' },
    h('h2', { id: 'failures-title' }, 'Trials that did not end well'), words, list);
  const update = (view) => {
    const groups = failureGroups(view.trials);
    element.hidden = view.report.trials.every((t) => t.status === 'ok');
    words.textContent = groups.length
      ? `${plural(groups.flat().length, 'trial')} of ${view.trials.length}, kept as results and part of no statistic.`
      : 'None among the configurations shown.';
    list.replaceChildren(...groups.map((trials) => item(view, trials)));
  };
  return { element, update };
}
