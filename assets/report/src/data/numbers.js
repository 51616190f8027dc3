// SPDX-License-Identifier: Apache-2.0
// The few statistics that a figure needs to draw what the report's numbers already say.
import { isNumber } from './format.js';

/**
 * Quantile `p` of ascending `sorted`, linear between order statistics (Hyndman & Fan 1996, type 7).
 * @returns {number|null} null for no values
 */
export function quantile(sorted, p) {
  if (!sorted.length) return null;
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** Median of numbers in any order; null for none. */
export function median(values) {
  return quantile(values.filter(isNumber).sort((a, b) => a - b), 0.5);
}

/** exp(mean(ln x)) of positive numbers; null for none. */
export function geometricMean(values) {
  const logs = values.filter((v) => isNumber(v) && v > 0).map(Math.log);
  return logs.length ? Math.exp(logs.reduce((sum, x) => sum + x, 0) / logs.length) : null;
}

/**
 * Quartiles, whiskers at the last value within 1.5 interquartile ranges (Tukey 1977), and what lies beyond them.
 * @returns {{n, q1, median, q3, lo, hi, outside: (value: number) => boolean}|null} null for no values
 */
export function boxOf(values) {
  const sorted = values.filter(isNumber).sort((a, b) => a - b);
  if (!sorted.length) return null;
  const [q1, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = 1.5 * (q3 - q1);
  const outside = (v) => v < q1 - reach || v > q3 + reach;
  const inside = sorted.filter((v) => !outside(v));
  return { n: sorted.length, q1, median: quantile(sorted, 0.5), q3, lo: inside[0], hi: inside.at(-1), outside };
}

/**
 * The points that no other point beats in both x and y (smaller is better), by ascending x.
 * @template {{x: number, y: number}} P
 * @param {P[]} points
 * @returns {P[]}
 */
export function paretoFront(points) {
  const front = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || a.y - b.y)) {
    if (!front.length || point.y < front.at(-1).y) front.push(point);
  }
  return front;
}

/**
 * At most four points for each of `buckets` stretches: first, least, greatest, last. No extreme is lost.
 * @param {{x: number, y: number|null}[]} points by ascending x
 */
export function decimate(points, buckets) {
  if (points.length <= 4 * buckets) return points;
  const kept = [];
  for (let bucket = 0; bucket < buckets; ++bucket) {
    const begin = Math.floor((bucket * points.length) / buckets);
    const end = Math.floor(((bucket + 1) * points.length) / buckets);
    let [least, greatest] = [begin, begin];
    for (let i = begin; i < end; ++i) {
      if (points[i].y < points[least].y) least = i;
      if (points[i].y > points[greatest].y) greatest = i;
    }
    for (const i of new Set([begin, least, greatest, end - 1].sort((a, b) => a - b))) kept.push(points[i]);
  }
  return kept;
}

/** −log10(1 − F): p90 → 1, p99 → 2, p99.9 → 3. Stretches the tail that a plain axis hides. */
export const nines = (share) => -Math.log10(1 - share);
