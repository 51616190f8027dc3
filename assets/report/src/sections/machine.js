// SPDX-License-Identifier: Apache-2.0
// The machine, or machines, that the trials ran on, and what was found on it.
import { h } from '../page/dom.js';

function tableFor(host) {
  const rows = host.facts.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'text wrap' }, value)));
  return h('div', { class: 'scroll whole', tabindex: 0, role: 'region', 'aria-label': `Machine ${host.key.slice(0, 12)}` },
    h('table', {}, h('caption', {}, `fingerprint ${host.key.slice(0, 12)}`), h('tbody', {}, ...rows)));
}

function findingsTable(findings) {
  const columns = ['severity', 'what was found before the first trial', 'why it matters', 'remedy'];
  const rows = findings.map(({ severity, message, why, remedy }) => h('tr', {}, h('th', { scope: 'row' }, severity),
    ...[message, why, remedy].map((words) => h('td', { class: 'text wrap' }, words))));
  return h('div', { class: 'scroll whole', tabindex: 0, role: 'region', 'aria-label': 'Findings' },
    h('table', {}, h('caption', {}, 'Findings'),
      h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col', class: 'text' }, name)))), h('tbody', {}, ...rows)));
}

export function machineSection(report) {
  const title = report.hosts.length > 1 ? `Machines (${report.hosts.length})` : 'Machine';
  const body = report.hosts.length ? report.hosts.map(tableFor) : [h('p', { class: 'muted' }, 'The store holds no fingerprint of the machine.')];
  if (report.findings.length) body.unshift(findingsTable(report.findings));
  return { element: h('section', { id: 'machine', 'aria-labelledby': 'machine-title' }, h('h2', { id: 'machine-title' }, title), ...body) };
}
