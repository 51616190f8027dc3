// SPDX-License-Identifier: Apache-2.0
// Template + style + script → the page without its data. The slots that stay are filled by the program.
import { createHash } from 'node:crypto';
import { assertEmbeddable } from './bundle.mjs';

/** Slots that src/report/html_report.cpp fills, in this order, each exactly once but for the title. */
export const DATA_SLOTS = ['TITLE', 'TITLE', 'VERDICT', 'STATIC', 'DATA'];

const hash = (text) => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

/** Nothing is loaded from anywhere; the one script and the one style are named by their hash. */
export function contentSecurityPolicy({ js, css }) {
  return [
    "default-src 'none'", `script-src ${hash(js)}`, `style-src ${hash(css)}`, 'img-src data:', "base-uri 'none'", "form-action 'none'",
  ].join('; ');
}

/** Comments and line breaks out; the text is our own and has no strings that could be harmed. */
export const minifyCss = (css) =>
  css.replace(/\/\*[^]*?\*\//g, '').replace(/\s+/g, ' ').replace(/ ?([{};]) ?/g, '$1').replace(/;}/g, '}').trim();

/**
 * The template with the build's slots filled; `template` is split once, so that what is put in is never searched.
 * @param {string} template
 * @param {{js: string, css: string, notices: string}} parts
 */
export function assemble(template, parts) {
  assertEmbeddable('the style', parts.css);
  const fill = { CSP: contentSecurityPolicy(parts), CSS: parts.css, JS: parts.js, NOTICES: parts.notices };
  const pieces = template.split(/@@([A-Z]+)@@/);
  const slots = pieces.filter((_, i) => i % 2 === 1).filter((slot) => !(slot in fill));
  if (slots.join() !== DATA_SLOTS.join()) throw new Error(`the template's slots are ${slots}, not ${DATA_SLOTS}`);
  return pieces.map((piece, i) => (i % 2 ? fill[piece] ?? `@@${piece}@@` : piece)).join('');
}
