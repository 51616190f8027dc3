// SPDX-License-Identifier: Apache-2.0
// One figure with its heading, words, choice, table and download.
import { dataTable } from './data_table.js';
import { download, h } from './dom.js';
import { select } from './filters.js';
import { nameMarks, readMarks } from './marks.js';
import { svgFile } from './svg_file.js';

/**
 * @typedef {object} Figure a module of src/figures
 * @property {string} id
 * @property {string} title
 * @property {(view) => string} absence why there is nothing to draw; ""
 * @property {(view) => string} describe one paragraph, for the view
 * @property {(view, width: number) => (Node|null)[]} render
 * @property {(view) => {columns: string[], rows: unknown[][]}} table
 * @property {string} [choice] key of a choice of its own, with `options(view)`
 */

function choiceOf(figure, view) {
  const options = figure.choice ? figure.options(view) : [];
  if (options.length < 2) return null;
  const value = view.state.get(figure.choice) ?? options[0].value;
  return select({ label: 'Show', options, value, onchange: (v) => view.state.set(figure.choice, v) });
}

/** @param {Figure} figure @returns {{element: HTMLElement, update: (view, width: number) => void}} */
export function figureSection(figure) {
  let view = null;
  const words = h('p', { class: 'muted', id: `${figure.id}-words` });
  const frame = h('div', {
    class: 'figure', tabindex: 0, role: 'application', 'aria-roledescription': 'chart',
    'aria-label': `${figure.title}: arrow keys read the marks`, 'aria-describedby': `${figure.id}-words`,
  });
  const table = dataTable(figure.title, () => figure.table(view));
  const save = () => download(`${figure.id}.svg`, svgFile(frame), 'image/svg+xml');
  const actions = h('div', { class: 'actions' }, table.element,
    h('button', { type: 'button', onclick: save, 'aria-label': `Download SVG: ${figure.title}` }, 'Download SVG'));
  const choice = h('div', { class: 'no-print' });
  const element = h('section', { id: figure.id, 'aria-labelledby': `${figure.id}-title` },
    h('h2', { id: `${figure.id}-title` }, figure.title), words, choice, frame, actions);
  readMarks(frame);

  const update = (now, width) => {
    view = now;
    const reason = figure.absence(view);
    frame.hidden = actions.hidden = choice.hidden = Boolean(reason);
    words.textContent = reason ? `Not drawn: ${reason}` : figure.describe(view);
    if (reason) return;
    const focused = choice.contains(document.activeElement);
    choice.replaceChildren(...[choiceOf(figure, view)].filter(Boolean));
    if (focused) choice.querySelector('select')?.focus();
    frame.replaceChildren(...figure.render(view, width).filter(Boolean));
    for (const drawing of frame.querySelectorAll('svg[viewBox]')) nameMarks(drawing, figure.title);
    table.refresh();
  };
  return { element, update };
}
