// SPDX-License-Identifier: Apache-2.0
// Below the verdict: what was compared, a sentence for each model when there are several, and what to distrust.
import { dateTime, plural } from '../data/format.js';
import { h } from '../page/dom.js';

function facts(report) {
  const { experiment, configurations, models, trials } = report;
  return [
    plural(models.length, 'model'), plural(configurations.length, 'configuration'), plural(trials.length, 'trial'),
    `measured ${dateTime(experiment.created_at)}`,
  ].join(' · ');
}

const caveat = ({ code, message }) => h('li', {}, message, ' ', h('span', { class: 'code' }, `[${code}]`));

/** @returns {Node[]} */
export function lead(report) {
  const several = report.models.length > 1;
  const shown = report.caveats.slice(0, 6);
  const rest = report.caveats.slice(6);
  return [
    several ? h('ul', { class: 'verdicts' }, ...report.models.map((m) => h('li', {}, m.sentence))) : null,
    h('p', { class: 'muted' }, facts(report)),
    shown.length ? h('ul', { class: 'caveats', 'aria-label': 'Caveats' }, ...shown.map(caveat)) : null,
    rest.length ? h('details', {}, h('summary', {}, `${rest.length} more caveats`), h('ul', { class: 'caveats' }, ...rest.map(caveat))) : null,
  ].filter(Boolean);
}
