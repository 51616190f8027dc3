// SPDX-License-Identifier: Apache-2.0
// The bar on top: one choice for each factor with more than one level, and the theme.
import { filterLevels } from '../data/view.js';
import { h } from './dom.js';

/** A labelled choice; "" is everything. */
export function select({ label, all, options, value, onchange }) {
  const items = options.map((o) => h('option', { value: o.value, selected: o.value === value }, o.label));
  return h('label', {}, `${label} `, h('select', { onchange: (e) => onchange(e.target.value) }, all ? h('option', { value: '' }, all) : null, ...items));
}

function themeButton(state) {
  const dark = () => document.documentElement.dataset.theme === 'dark';
  const button = h('button', { type: 'button', id: 'theme', onclick: () => state.set('theme', dark() ? 'light' : 'dark') });
  button.textContent = dark() ? 'Light theme' : 'Dark theme';
  return button;
}

/** The chosen theme, else the system's. */
export function applyTheme(state) {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = ['dark', 'light'].includes(state.get('theme')) ? state.get('theme') : system;
}

/** Draws the bar; keyboard focus stays on the control that was used. */
export function drawControls(bar, report, state) {
  const focused = bar.contains(document.activeElement) ? [...bar.querySelectorAll('select, button')].indexOf(document.activeElement) : -1;
  const filters = filterLevels(report).map(({ factor, levels }) => select({
    label: factor[0].toUpperCase() + factor.slice(1), all: 'all', value: state.get(factor),
    options: levels.map((level) => ({ value: level, label: level || '(none)' })), onchange: (value) => state.set(factor, value),
  }));
  bar.replaceChildren(...filters, themeButton(state));
  if (focused >= 0) bar.querySelectorAll('select, button')[focused]?.focus();
}
