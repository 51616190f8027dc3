// SPDX-License-Identifier: Apache-2.0
// How numbers, units and lists are written.
import { describe, expect, test } from 'vitest';
import { count, dateTime, enumerate, interval, percentileName, quantity, ranges, ratioInterval, scaleFor, significant } from '../../src/data/format.js';

describe('significant', () => {
  test.each([
    [1, '1.00'], [0.000123456, '0.000123'], [9.999, '10.0'], [999.6, '1,000'], [1234567, '1,230,000'], [-2.5, '-2.50'], [0, '0'],
  ])('%f is written as %s', (x, text) => expect(significant(x)).toBe(text));

  test('what is no finite number is a dash, never 0 or NaN', () => {
    for (const x of [null, undefined, NaN, Infinity]) expect(significant(x)).toBe('—');
  });
});

describe('units', () => {
  test('a column has one unit, that of its middle value', () => {
    expect(scaleFor('s', [0.0008, 0.002, 0.9])).toEqual({ factor: 1e-3, unit: 'ms' });
  });
  test('bytes go by 1024', () => expect(quantity(200 * 1024 ** 2, 'B')).toBe('200 MiB'));
  test('"bytes" is a name of B', () => expect(quantity(2 * 1024 ** 2, 'bytes')).toBe('2.00 MiB'));
  test('an unknown unit is kept', () => expect(quantity(1.966, 'cores')).toBe('1.97 cores'));
  test('no values at all still name a unit', () => expect(scaleFor('J', [null, NaN]).unit).toBe('J'));
  test('a value at a boundary has one digit before the point', () => expect(quantity(0.001, 's')).toBe('1.00 ms'));
});

test('an interval stands in brackets, and is left out where there is none', () => {
  expect(interval(1.123, 1.08, 1.171)).toBe('1.12 [1.08, 1.17]');
  expect(interval(1.123, null, null)).toBe('1.12');
  expect(interval(null, 1, 2)).toBe('—');
});

test('a ratio has two decimals, and the best no interval with itself', () => {
  expect(ratioInterval({ value: 1.014, lo: 0.516, hi: 1.98 })).toBe('1.01 [0.52, 1.98]');
  expect(ratioInterval({ value: 1, lo: 1, hi: 1 })).toBe('1.00');
  expect(ratioInterval({ value: 250.4, lo: null, hi: null })).toBe('250');
});

test('percentiles have their usual names', () => {
  expect([0.5, 0.95, 0.99, 0.999, 0.9999].map(percentileName)).toEqual(['p50', 'p95', 'p99', 'p99.9', 'p99.99']);
});

test('times name their zone; no time is a dash', () => {
  expect(dateTime(1795268580)).toBe('2026-11-21 13:43 UTC');
  expect(dateTime(0)).toBe('—');
});

test('words and numbers are listed as in a sentence', () => {
  expect(enumerate(['a', 'b', 'c'])).toBe('a, b and c');
  expect(enumerate([])).toBe('');
  expect(ranges([3, 1, 2, 5])).toBe('1–3, 5');
  expect(count(12345)).toBe('12,345');
});
