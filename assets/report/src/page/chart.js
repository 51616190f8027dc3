// SPDX-License-Identifier: Apache-2.0
// What all figures share: the frame, padded scales, and how an engine looks.
import { plot } from '@observablehq/plot';
import { textWidth } from '../data/labels.js';
import { h } from './dom.js';

const SHAPES = ['circle', 'square', 'triangle', 'diamond2'];
const DASHES = ['none', '7 4', '2 3', '10 3 2 3'];

/** Colour of an engine: four hues that stay apart for colour-blind readers; the shape changes too. */
export const colour = (configuration) => `var(--c${configuration.engineIndex % 4})`;
export const shape = (configuration) => SHAPES[configuration.engineIndex % SHAPES.length];
/** Line style of a configuration among those of its engine. */
export const dash = (configuration) => DASHES[configuration.indexInEngine % DASHES.length];

/** A drawing with the page's type and axes. Data marks carry an aria-label; everything else is decoration. */
export function draw(width, { x, y, ...options }) {
  return plot({
    width,
    marginBottom: 42,
    ...options,
    x: { labelAnchor: 'center', labelArrow: 'none', labelOffset: 36, ...x },
    y: { labelArrow: 'none', ...y },
    style: { fontSize: '13px', color: 'var(--fg)', background: 'none', fontFamily: 'inherit', fontVariantNumeric: 'tabular-nums' },
  });
}

/** Room for row names: as wide as the widest, at most 45 % of the drawing. */
export const rowMargin = (names, width) => Math.min(Math.ceil(Math.max(0, ...names.map(textWidth))) + 16, Math.round(width * 0.45));

/** Row names, cut where they do not fit. */
export function fitName(name, pixels) {
  if (textWidth(name) <= pixels) return name;
  const keep = Math.max(4, Math.floor(pixels / 7.1) - 1);
  return `${name.slice(0, Math.ceil(keep * 0.6))}…${name.slice(name.length - Math.floor(keep * 0.4))}`;
}

const NICE = [1, 1.5, 2, 3, 5, 7];

/** Ticks at 1, 1.5, 2, 3, 5, 7 times a power of ten within [lo, hi]; fewer of them when `most` would be passed. */
export function logTicks(lo, hi, most = 8) {
  const exponents = Array.from({ length: 40 }, (_, i) => i - 20);
  for (const steps of [NICE, [1, 2, 5], [1, 3], [1]]) {
    const ticks = exponents.flatMap((e) => steps.map((m) => Number((m * 10 ** e).toPrecision(2)))).filter((t) => t >= lo && t <= hi);
    if (ticks.length <= most && ticks.length >= 2) return ticks;
  }
  return [Number((lo * 1.02).toPrecision(3)), Number((hi / 1.02).toPrecision(3))];
}

/**
 * A domain with room around the data: linear where they span less than `logFrom` times, else logarithmic (whose own "nice"
 * would jump to whole decades and leave the data a fifth of the frame).
 */
export function paddedScale(values, { logFrom = 4, ticks = 6, include = [] } = {}) {
  const finite = [...values, ...include].filter(Number.isFinite);
  const [lo, hi] = [Math.min(...finite), Math.max(...finite)];
  if (lo > 0 && hi / lo >= logFrom) {
    const domain = [lo / 1.12, hi * 1.12];
    return { type: 'log', domain, ticks: logTicks(...domain, ticks + 2), tickFormat: tick };
  }
  const flat = hi - lo <= 1e-9 * Math.abs(hi);
  const pad = flat ? Math.abs(hi) * 0.1 || 1 : (hi - lo) * 0.08;
  return { type: 'linear', domain: [lo >= 0 ? Math.max(0, lo - pad) : lo - pad, hi + pad], ticks, tickFormat: tick };
}

/** A tick's number without trailing zeros. */
export const tick = (x) => Number(x.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 });

/** How many panels stand side by side: three where they fit, one on a phone. */
export const panelColumns = (count, width) => Math.max(1, Math.min(count, width < 600 ? 1 : width < 900 ? 2 : 3));

/**
 * One panel for each model, with its name when there are several.
 * @param {{name: string}[]} models
 * @param {(model, width: number) => (Node|null)[]} drawPanel
 */
export function panelGrid(models, width, drawPanel) {
  const columns = panelColumns(models.length, width);
  const inner = Math.floor((width - 24 * (columns - 1)) / columns);
  const grid = h('div', { class: 'panels' }, ...models.map((model) =>
    h('div', {}, models.length > 1 ? h('h3', {}, model.name) : null, ...drawPanel(model, inner))));
  grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  return grid;
}
