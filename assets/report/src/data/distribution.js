// SPDX-License-Identifier: Apache-2.0
// From counts in bins and exact quantiles to the points of a cumulative curve.
import { nines } from './numbers.js';

/** A curve is drawn while at least this many calls are slower: beyond it, single calls decide its shape. */
const LEAST_BEYOND = 10;

/**
 * The upper edge of each bin with the share of calls up to it; exact, since every call of a bin lies below its upper edge.
 * Bins have equal width in ln between `lo_ms` and `hi_ms`. A distribution of one value is one step.
 * @param {{count: number, lo_ms: number, hi_ms: number, bins: number[]}} latency
 * @returns {{ms: number, share: number, nines: number}[]} ascending, from share 0
 */
export function distributionPoints({ count, lo_ms: lo, hi_ms: hi, bins }) {
  const ratio = bins.length > 1 && lo > 0 && hi > lo ? Math.log(hi / lo) / bins.length : 0;
  const enough = (share) => count * (1 - share) >= LEAST_BEYOND - 1e-9 || (count < 2 * LEAST_BEYOND && share < 1);
  const points = [{ ms: lo, share: 0, nines: 0 }];
  let below = 0;
  for (let i = 0; i < bins.length; ++i) {
    below += bins[i];
    const share = below / count;
    if (!enough(share)) break;
    if (bins[i] > 0 || i === bins.length - 1) points.push({ ms: ratio ? lo * Math.exp(ratio * (i + 1)) : hi, share, nines: nines(share) });
  }
  return points;
}
