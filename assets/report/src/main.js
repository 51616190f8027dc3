// SPDX-License-Identifier: Apache-2.0
// Entry of the page: reads the data, builds the sections once, draws them again when a choice or the width changes.
import { decode } from './data/report.js';
import { FILTERS, createView, filterLevels } from './data/view.js';
import * as latency from './figures/latency.js';
import * as ranking from './figures/ranking.js';
import * as scatter from './figures/scatter.js';
import * as timeline from './figures/timeline.js';
import * as trials from './figures/trials.js';
import { figureSection } from './page/figure_section.js';
import { applyTheme, drawControls } from './page/filters.js';
import { createState } from './page/state.js';
import { absentSection } from './sections/absent.js';
import { checksSection } from './sections/checks.js';
import { costsSection } from './sections/costs.js';
import { experimentSection } from './sections/experiment.js';
import { failureSection } from './sections/failures.js';
import { lead } from './sections/lead.js';
import { machineSection } from './sections/machine.js';
import { summarySection } from './sections/summary.js';

const FIGURES = [ranking, scatter, trials, latency, timeline];

function start() {
  const report = decode(document.getElementById('data').textContent);
  const main = document.getElementById('main');
  const bar = document.getElementById('controls');
  const state = createState([...FILTERS, ...FIGURES.map((f) => f.choice).filter(Boolean), 'theme'], () => draw());
  const sections = [
    summarySection(report),
    ...FIGURES.map(figureSection),
    costsSection(report), checksSection(report), failureSection(), absentSection(), machineSection(report), experimentSection(report),
  ];
  document.getElementById('lead').append(...lead(report));
  main.replaceChildren(...sections.map((s) => s.element));
  if (filterLevels(report).length === 0) document.getElementById('bar').classList.add('bare');

  function draw() {
    applyTheme(state);
    drawControls(bar, report, state);
    const view = createView(report, state);
    const width = Math.max(280, Math.floor(main.clientWidth - 32));
    for (const section of sections) section.update?.(view, width);
  }

  let width = 0;
  new ResizeObserver(() => {
    if (main.clientWidth === width) return;
    width = main.clientWidth;
    draw();
  }).observe(main);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => applyTheme(state));
  applyTheme(state);
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('joulemark-ready')));
}

start();
