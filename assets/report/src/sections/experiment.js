// SPDX-License-Identifier: Apache-2.0
// The experiment file: everything that is needed to measure the same again.
import { plural } from '../data/format.js';
import { harmless } from '../data/names.js';
import { download, fileName, h } from '../page/dom.js';

async function copy(pre, button, toml) {
  try {
    await navigator.clipboard.writeText(toml);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(pre);
    button.textContent = 'Selected: press Ctrl+C';
  }
  setTimeout(() => { button.textContent = 'Copy'; }, 2000);
}

export function experimentSection({ experiment }) {
  const name = `${fileName(experiment.name || 'experiment')}.toml`;
  const pre = h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Experiment file' }, harmless(experiment.toml));
  const copyButton = h('button', { type: 'button', onclick: () => copy(pre, copyButton, experiment.toml) }, 'Copy');
  const saveButton = h('button', { type: 'button', onclick: () => download(name, experiment.toml, 'application/toml') }, `Download ${name}`);
  const words = `Run it again with "joulemark run ${name}": same trials, same order (seed ${experiment.seed}, ${plural(experiment.repetitions, 'repetition')}).`;
  return {
    element: h('section', { id: 'experiment', 'aria-labelledby': 'experiment-title' }, h('h2', { id: 'experiment-title' }, 'Experiment'),
      h('p', { class: 'muted' }, words), pre, h('div', { class: 'actions' }, copyButton, saveButton),
      h('p', { class: 'muted' }, experiment.uuid ? `Experiment ${experiment.id}, ${experiment.uuid}` : '')),
  };
}
