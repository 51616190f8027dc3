// SPDX-License-Identifier: Apache-2.0
// Trials that did not end well: an outcome is data, too.
import { plural } from '../data/format.js';
import { h } from '../page/dom.js';

const MAX_SHOWN = 20;

function item(view, trial) {
  const cell = view.report.cells[trial.cell];
  const model = view.report.models.length > 1 ? `${view.report.models[cell.model].name}, ` : '';
  return h('li', {}, `${model}${cell.label}, block ${trial.block + 1}: ${trial.status}${trial.reason ? `: ${trial.reason}` : ''}`,
    trial.output_tail ? h('details', {}, h('summary', {}, 'Last output of the worker'), h('pre', { tabindex: 0 }, trial.output_tail)) : null);
}

export function failureSection() {
  const list = h('ul');
  const words = h('p', { class: 'muted' });
  const element = h('section', { id: 'failures', 'aria-labelledby': 'failures-title' }, h('h2', { id: 'failures-title' }, 'Trials that did not end well'), words, list);
  const update = (view) => {
    const failed = view.trials.filter((t) => t.status !== 'ok');
    element.hidden = view.report.trials.every((t) => t.status === 'ok');
    words.textContent = failed.length
      ? `${plural(failed.length, 'trial')} of ${view.trials.length}; they are kept as results and are in no statistic.${failed.length > MAX_SHOWN ? ` The first ${MAX_SHOWN}:` : ''}`
      : 'None of the configurations shown.';
    list.replaceChildren(...failed.slice(0, MAX_SHOWN).map((t) => item(view, t)));
  };
  return { element, update };
}
