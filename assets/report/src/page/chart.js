// SPDX-License-Identifier: Apache-2.0
// What all figures share: the frame, padded scales, and how an engine looks.
import { plot } from '@observablehq/plot';
import { textWidth } from '../data/labels.js';
import { h } from './dom.js';

const SHAPES = ['circle', 'square', 'triangle', 'diamond2'];

/** Colour of an engine: four hues that stay apart for colour-blind readers; the shape changes too. */
export const colour = (configuration) => `var(--c${configuration.engineIndex % 4})`;
export const shape = (configuration) => SHAPES[configuration.engineIndex % SHAPES.length];

/** The first of `texts`, the longest first, that fits; each ends with what the axis has to say of itself. */
function axisTitle({ label, suffix = '', ...scale }, pixels) {
  if (label === undefined || label === null) return { ...scale, label };
  const texts = [label].flat().map((text) => text + suffix);
  return { ...scale, label: texts.find((text) => textWidth(text) <= pixels) ?? texts.at(-1) };
}

/**
 * A drawing with the page's type and axes. Data marks carry an aria-label; everything else is decoration.
 * An axis' label may be several, of which the first that fits is taken.
 */
export function draw(width, { x, y, ...options }) {
  return plot({
    width,
    marginBottom: 42,
    ...options,
    x: { labelAnchor: 'center', labelArrow: 'none', labelOffset: 36, ...axisTitle(x, width - (options.marginLeft ?? 40) - (options.marginRight ?? 20)) },
    y: { labelArrow: 'none', ...axisTitle(y, width) },
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

/** What the looks of a figure's marks mean, below it: [drawing, words]. */
export const legend = (entries) => h('ul', { class: 'key' }, ...entries.map(([drawing, words]) => h('li', {}, drawing, words)));

const NICE = [1, 1.5, 2, 3, 5, 7];

/** Whether the numbers at `ticks` of a logarithmic axis of `pixels` stand apart. */
function standApart(ticks, lo, hi, pixels) {
  const half = (t) => textWidth(tick(t)) / 2;
  return ticks.slice(1).every((t, i) => (Math.log(t / ticks[i]) / Math.log(hi / lo)) * pixels >= half(t) + half(ticks[i]) + 6);
}

/** Ticks at 1, 1.5, 2, 3, 5, 7 times a power of ten within [lo, hi]; fewer when they would be more than `most` or touch. */
export function logTicks(lo, hi, most = 8, pixels = Infinity) {
  const exponents = Array.from({ length: 40 }, (_, i) => i - 20);
  for (const steps of [NICE, [1, 2, 5], [1, 3], [1]]) {
    const ticks = exponents.flatMap((e) => steps.map((m) => Number((m * 10 ** e).toPrecision(2)))).filter((t) => t >= lo && t <= hi);
    if (ticks.length <= most && ticks.length >= 2 && standApart(ticks, lo, hi, pixels)) return ticks;
  }
  return [Number((lo * 1.02).toPrecision(3)), Number((hi / 1.02).toPrecision(3))];
}

/**
 * A domain with room around the data: linear where they span less than `logFrom` times, else logarithmic (whose own "nice"
 * would jump to whole decades and leave the data a fifth of the frame). `suffix` tells the reader: that the scale is
 * logarithmic, or that it does not start at 0 (which nobody expects of ratios, where 1 is included).
 * @param {{least?: number, pixels?: number}} options `least`: the smallest span, as a share of the largest value; `pixels`: the axis' length
 */
export function paddedScale(values, { logFrom = 4, ticks = 6, include = [], least = 0, pixels = Infinity } = {}) {
  const finite = [...values, ...include].filter(Number.isFinite);
  const [lo, hi] = [Math.min(...finite), Math.max(...finite)];
  if (lo > 0 && hi / lo >= logFrom) {
    const domain = [lo / 1.12, hi * 1.12];
    return { type: 'log', domain, ticks: logTicks(...domain, ticks + 2, pixels), tickFormat: tick, suffix: ' (log scale)' };
  }
  const flat = hi - lo <= 1e-9 * Math.abs(hi);
  const pad = flat ? Math.abs(hi) * 0.1 || 1 : Math.max((hi - lo) * 0.08, (least * Math.abs(hi) - (hi - lo)) / 2);
  const domain = [lo >= 0 ? Math.max(0, lo - pad) : lo - pad, hi + pad];
  return { type: 'linear', domain, ticks, tickFormat: tick, suffix: domain[0] > 0 && !include.length ? ' (not from 0)' : '' };
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
