// SPDX-License-Identifier: Apache-2.0
// Names from files, made unable to turn the direction of the text that they stand in.

/** Marks, embeddings, overrides and isolates of the Unicode bidirectional algorithm. */
const DIRECTION = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
/** Hebrew, Arabic, Syriac and what else is written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const LEFT_TO_RIGHT = '\u2066';
const POP = '\u2069';

/** `text` with each character that turns the direction of writing replaced by U+FFFD, as in the text report. */
export const harmless = (text) => text.replace(DIRECTION, '\uFFFD');

/** A name with letters from right to left keeps to itself, from left to right, so that what follows it stays after it. */
export const isolated = (name) => (RIGHT_TO_LEFT.test(name) ? LEFT_TO_RIGHT + name + POP : name);

/** Without what `isolated` adds: for files that other programs read. */
export const bare = (text) => text.replace(/[\u2066\u2069]/g, '');

/** A function that isolates each of `names` within a sentence. */
export function isolatedIn(names) {
  const turned = [...new Set(names)].filter((name) => isolated(name) !== name).sort((a, b) => b.length - a.length);
  if (!turned.length) return (text) => text;
  const any = new RegExp(turned.map((name) => name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(any, isolated);
}
