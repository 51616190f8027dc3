// SPDX-License-Identifier: Apache-2.0
// Tables of words, which have no drawing and no download.
import { h } from './dom.js';

const head = (columns) => h('thead', {}, h('tr', {}, ...columns.map((name, i) => h('th', { scope: 'col', class: i === 0 ? 'text' : null }, name))));

/** @param {string} caption @param {string[]} columns the first is of text @param {HTMLElement[]} rows */
export const wordsTable = (caption, columns, rows) => h('div', { class: 'scroll whole', tabindex: 0, role: 'region', 'aria-label': caption },
  h('table', {}, h('caption', {}, caption), head(columns), h('tbody', {}, ...rows)));

export const wordsCell = (words) => h('td', { class: 'text wrap' }, words);
