// SPDX-License-Identifier: Apache-2.0
// Numbers for people: three significant digits, one unit for a whole column, thin words around them.

/** Scales of each unit, ascending: [how much one is in the base unit, its label]. */
const SCALES = {
  J: [[1e-9, 'nJ'], [1e-6, 'µJ'], [1e-3, 'mJ'], [1, 'J'], [1e3, 'kJ']],
  s: [[1e-9, 'ns'], [1e-6, 'µs'], [1e-3, 'ms'], [1, 's']],
  W: [[1e-3, 'mW'], [1, 'W']],
  B: [[1, 'B'], [1024, 'KiB'], [1024 ** 2, 'MiB'], [1024 ** 3, 'GiB']],
};

SCALES.bytes = SCALES.B;

/** What stands where there is no number. */
export const NONE = '—';

/** True for a number that can be shown. */
export const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);

/**
 * `x` with `digits` significant digits, trailing zeros kept where they are significant: 1 → "1.00".
 * Large numbers are grouped, never in exponent form below 1e15.
 */
export function significant(x, digits = 3) {
  if (!isNumber(x)) return NONE;
  if (x === 0) return '0';
  const rounded = Number(x.toPrecision(digits));
  const exponent = Math.floor(Math.log10(Math.abs(rounded)));
  if (exponent < -6 || exponent >= 15) return rounded.toExponential(digits - 1);
  const decimals = Math.max(0, digits - 1 - exponent);
  return rounded.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/**
 * The scale in which the typical one of `values` has one to three digits before the point.
 * @param {string} unit base unit: "J", "s", "W", "B", or anything else, which is kept
 * @param {number[]} values in the base unit
 * @returns {{factor: number, unit: string}} divide by `factor` to get numbers in `unit`
 */
export function scaleFor(unit, values) {
  const scales = SCALES[unit];
  const sizes = values.filter((v) => isNumber(v) && v !== 0).map(Math.abs).sort((a, b) => a - b);
  if (!scales) return { factor: 1, unit };
  if (!sizes.length) return { factor: 1, unit: unit === 's' || unit === 'J' || unit === 'W' ? unit : scales[0][1] };
  const typical = sizes[Math.floor(sizes.length / 2)];
  const fitting = scales.filter(([size]) => size <= typical * (1 + 1e-9));
  const [factor, label] = fitting.at(-1) ?? scales[0];
  return { factor, unit: label };
}

/** `x` in the unit that suits it: 0.00123 s → "1.23 ms". */
export function quantity(x, unit, digits = 3) {
  if (!isNumber(x)) return NONE;
  const scale = scaleFor(unit, [x]);
  return `${significant(x / scale.factor, digits)} ${scale.unit}`.trim();
}

/** "1.12 [1.08, 1.17]", or the value alone where there is no interval. */
export function interval(value, lo, hi, digits = 3) {
  if (!isNumber(value)) return NONE;
  const range = isNumber(lo) && isNumber(hi) ? ` [${significant(lo, digits)}, ${significant(hi, digits)}]` : '';
  return significant(value, digits) + range;
}

/** A ratio with two decimals, as in the text report: 1 → "1.00". */
export const ratioText = (x, decimals = 2) => (isNumber(x) && x < 100 ? x.toFixed(decimals) : significant(x));

/** As many decimals as a ratio's interval needs to be seen: two, or three where it is narrow. */
const ratioDecimals = ({ lo, hi }) => (isNumber(lo) && isNumber(hi) && lo < hi && hi - lo < 0.02 ? 3 : 2);

/** A ratio with as many decimals as its interval has. */
export const ratioOf = (ratio) => ratioText(ratio.value, ratioDecimals(ratio));

/** "1.12 [1.08, 1.17]" of a ratio. */
export function ratioInterval(ratio) {
  const { lo, hi } = ratio;
  const text = (x) => ratioText(x, ratioDecimals(ratio));
  return text(ratio.value) + (isNumber(lo) && isNumber(hi) && lo < hi ? ` [${text(lo)}, ${text(hi)}]` : '');
}

/** A whole number with groups: 12,345. */
export const count = (n) => (isNumber(n) ? Math.round(n).toLocaleString('en') : NONE);

/** "1 trial", "3 trials". */
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** "0.95" → "p95", "0.999" → "p99.9". */
export const percentileName = (p) => `p${Number((p * 100).toPrecision(6))}`;

/** Seconds since the epoch as a time that names its zone. */
export function dateTime(epochSeconds) {
  if (!isNumber(epochSeconds) || epochSeconds <= 0) return NONE;
  const iso = new Date(epochSeconds * 1000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** "a", "a and b", "a, b and c". */
export function enumerate(words) {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** With a capital first letter, for the start of a sentence. */
export const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Whole numbers as ranges, from 1-based: [1, 2, 3, 5] → "1–3, 5". */
export function ranges(numbers) {
  const runs = [];
  for (const n of [...new Set(numbers)].sort((a, b) => a - b)) {
    if (runs.length && runs.at(-1)[1] === n - 1) runs.at(-1)[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`)).join(', ');
}
