// SPDX-License-Identifier: Apache-2.0
// How a configuration stands against the best of its model, in words that are true of each one by itself.
import { significant } from './format.js';

/** Standings of ranked configurations, from the best on. */
export const STANDINGS = ['best', 'tied', 'behind', 'unresolved', 'worse'];

/** 0.03 → "3 %", 0.025 → "2.5 %". */
export const percentText = (fraction) => `${significant(fraction * 100, 2).replace(/\.0$/, '')}\u00a0%`;

/** A few words for a cell of a table or a key. */
export function standingText(standing, margin) {
  return {
    best: 'best', tied: `differs by less than ${percentText(margin)}`, behind: `worse; by ${percentText(margin)} not resolved`,
    unresolved: 'not resolved', worse: 'worse',
  }[standing] ?? 'not ranked';
}

/** What a standing means, as part of a sentence; "" for one that needs no explanation. */
export function standingMeaning(standing, margin) {
  const [least, most] = [1 / (1 + margin), 1 + margin].map((x) => significant(x, 3));
  return {
    tied: `${standingText('tied', margin)}: the whole interval lies from ${least} to ${most}`,
    behind: `${standingText('behind', margin)}: the whole interval lies above 1 and reaches across ${most}`,
    unresolved: `not resolved: the interval holds 1 and reaches across ${least} or ${most}, or there is none; more repetitions are needed`,
    worse: `worse: the whole interval lies above ${most}`,
  }[standing] ?? '';
}
