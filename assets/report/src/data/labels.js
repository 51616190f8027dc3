// SPDX-License-Identifier: Apache-2.0
// Names of configurations that say only what differs, and places for labels that do not overlap.

/** Factors of a configuration, in the order in which they are named. */
export const FACTORS = ['engine', 'version', 'provider', 'precision', 'threads', 'batch', 'affinity'];
const PREFIX = { threads: 't', batch: 'b', affinity: 'cpus ' };

const word = (factor, value) => `${PREFIX[factor] ?? ''}${value}`;

function varies(configurations, read) {
  return new Set(configurations.map((c) => String(read(c) ?? ''))).size > 1;
}

/** Whether one engine stands in two versions; a version that only goes with its engine tells nothing more. */
export function hasVersions(configurations) {
  return configurations.some((a) => configurations.some((b) => a.engine === b.engine && a.version !== b.version));
}

/**
 * One short name per configuration: the engine, and each factor that has more than one level.
 * Falls back to the full labels should two short ones be equal.
 * @param {{label: string, engine: string, options: Object<string, string>}[]} configurations
 * @returns {string[]}
 */
export function shortLabels(configurations) {
  const tells = (f) => f === 'engine' || (f === 'version' ? hasVersions(configurations) : varies(configurations, (c) => c[f]));
  const factors = FACTORS.filter(tells);
  const keys = [...new Set(configurations.flatMap((c) => Object.keys(c.options ?? {})))]
    .filter((key) => varies(configurations, (c) => c.options?.[key]));
  const names = configurations.map((c) => [
    ...factors.filter((f) => c[f] !== undefined && c[f] !== '').map((f) => word(f, c[f])),
    ...keys.filter((key) => c.options?.[key] !== undefined).map((key) => `${key}=${c.options[key]}`),
  ].join(' '));
  return new Set(names).size === names.length ? names : configurations.map((c) => c.label);
}

const isInvisible = (code) => code >= 0x2066 && code <= 0x2069;

/** Width in pixels of a text at 13 px, near enough for layout; wide scripts count double. */
export function textWidth(text) {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    if (!isInvisible(code)) width += code > 0x2e80 ? 13 : 7.1;
  }
  return width;
}

const overlaps = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
const inside = (box, frame) => box.x0 >= frame.x0 && box.x1 <= frame.x1 && box.y0 >= frame.y0 && box.y1 <= frame.y1;

/** Offsets that are tried around a point, the preferred first. */
const OFFSETS = [
  { dx: 11, dy: 4, anchor: 'start' }, { dx: -11, dy: 4, anchor: 'end' },
  { dx: 0, dy: -12, anchor: 'middle' }, { dx: 0, dy: 21, anchor: 'middle' },
  { dx: 10, dy: -10, anchor: 'start' }, { dx: 10, dy: 20, anchor: 'start' },
  { dx: -10, dy: -10, anchor: 'end' }, { dx: -10, dy: 20, anchor: 'end' },
  { dx: 14, dy: -26, anchor: 'start' }, { dx: 14, dy: 36, anchor: 'start' },
  { dx: -14, dy: -26, anchor: 'end' }, { dx: -14, dy: 36, anchor: 'end' },
];

function boxAt(point, offset) {
  const width = textWidth(point.text);
  const x0 = point.x + offset.dx - { start: 0, middle: width / 2, end: width }[offset.anchor];
  const y = point.y + offset.dy;
  return { x0, x1: x0 + width, y0: y - 12, y1: y + 3 };
}

/**
 * A place for each point's text that meets no point, no other text and not the frame's edge. A point for which there is
 * no such place gets none: its name is still in the tooltip and the table.
 * @param {{x: number, y: number, text: string}[]} points pixels, the most important first
 * @param {{x0, x1, y0, y1}} frame
 * @param {{x: number, y: number}[]} [small] marks without a text, which are not to be covered either
 * @param {{x0, x1, y0, y1}[]} [bars] nor these boxes
 * @returns {({x: number, y: number, anchor: string}|null)[]}
 */
export function placeLabels(points, frame, small = [], bars = []) {
  const around = (r) => (p) => ({ x0: p.x - r, x1: p.x + r, y0: p.y - r, y1: p.y + r });
  const taken = [...points.map(around(8)), ...small.map(around(3)), ...bars];
  return points.map((point) => {
    for (const offset of OFFSETS) {
      const box = boxAt(point, offset);
      if (!inside(box, frame) || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      return { x: point.x + offset.dx, y: point.y + offset.dy, anchor: offset.anchor };
    }
    return null;
  });
}

/**
 * Rows for texts centred on `x`, so that none overlaps another of its row: the lowest free row, from 0.
 * @param {{x: number, text: string}[]} items by ascending x
 * @param {{x0: number, x1: number}} frame texts are moved inside it
 * @returns {{x: number, row: number}[]}
 */
export function staggerLabels(items, frame) {
  const ends = [];
  return items.map(({ x, text }) => {
    const half = textWidth(text) / 2;
    const centre = Math.max(frame.x0 + half, Math.min(frame.x1 - half, x));
    let row = ends.findIndex((end) => end + 6 <= centre - half);
    if (row < 0) row = ends.length;
    ends[row] = centre + half;
    return { x: centre, row };
  });
}
