// SPDX-License-Identifier: Apache-2.0
// The licence notices of the packages in the bundle, which their licences ask to be kept with every copy.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const escapeHtml = (text) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]);

function read(modules, name) {
  const folder = path.join(modules, name);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  const text = file && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), 'utf8').trim() : license;
  const copyright = text.split('\n').filter((line) => /^copyright/i.test(line.trim())).map((line) => line.trim());
  const terms = text.split('\n').filter((line) => !copyright.includes(line.trim())).join('\n').trim();
  return { name: `${name} ${version}`, copyright, terms: terms.replace(/\s+/g, ' ') };
}

/** A closed <details>: the packages by licence text, each text once. */
export function notices(modules, packages) {
  const byTerms = new Map();
  for (const item of packages.map((name) => read(modules, name))) {
    byTerms.set(item.terms, [...(byTerms.get(item.terms) ?? []), item]);
  }
  const parts = [...byTerms].map(([terms, items]) => {
    const list = items.map((item) => `${item.name}: ${item.copyright.join('; ')}`).map(escapeHtml).join('<br>');
    return `<p>${list}</p><p>${escapeHtml(terms)}</p>`;
  });
  return `<details><summary>Software in this page</summary>${parts.join('')}</details>`;
}
