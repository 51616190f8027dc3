// SPDX-License-Identifier: Apache-2.0
// The statistics behind the figures, at their edges.
import { describe, expect, test } from 'vitest';
import { distributionPoints } from '../../src/data/distribution.js';
import { boxOf, decimate, geometricMean, median, nines, paretoFront, quantile } from '../../src/data/numbers.js';

describe('quantile', () => {
  test('is linear between order statistics (type 7)', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  });
  test('of one value is that value, of none is null', () => {
    expect(quantile([5], 0.99)).toBe(5);
    expect(quantile([], 0.5)).toBeNull();
  });
});

test('the median ignores what is no number', () => expect(median([3, null, 1, NaN, 2])).toBe(2));
test('the geometric mean of nothing is null', () => {
  expect(geometricMean([1, 4])).toBeCloseTo(2, 12);
  expect(geometricMean([0, -1])).toBeNull();
});

test('whiskers stop at the last value within 1.5 interquartile ranges', () => {
  const box = boxOf([10, 11, 12, 13, 14, 100]);
  expect(box).toMatchObject({ n: 6, median: 12.5, lo: 10, hi: 14 });
  expect(box.outside(100)).toBe(true);
  expect(boxOf([])).toBeNull();
});

test('the front holds what nothing beats in both, and one of two equal points', () => {
  const points = [{ x: 1, y: 5 }, { x: 2, y: 3 }, { x: 2, y: 3 }, { x: 3, y: 4 }, { x: 4, y: 1 }];
  expect(paretoFront(points)).toEqual([{ x: 1, y: 5 }, { x: 2, y: 3 }, { x: 4, y: 1 }]);
});

describe('decimate', () => {
  const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: Math.sin(x / 50) }));
  points[1234].y = 99;
  points[8765].y = -99;
  const few = decimate(points, 100);
  test('keeps the extremes, the ends and the order', () => {
    expect(Math.max(...few.map((p) => p.y))).toBe(99);
    expect(Math.min(...few.map((p) => p.y))).toBe(-99);
    expect([few[0].x, few.at(-1).x]).toEqual([0, 9999]);
    expect(few.every((p, i) => i === 0 || p.x > few[i - 1].x)).toBe(true);
  });
  test('leaves at most four points a bucket', () => expect(few.length).toBeLessThanOrEqual(400));
  test('does not touch what is small enough', () => expect(decimate(points.slice(0, 40), 10)).toHaveLength(40));
});

describe('distributionPoints', () => {
  const latency = { count: 1000, lo_ms: 1, hi_ms: 4, bins: [500, 400, 90, 10] };
  test('gives exact shares at the upper edges of the bins', () => {
    const points = distributionPoints(latency);
    expect(points.map((p) => p.share)).toEqual([0, 0.5, 0.9, 0.99]);
    expect(points[2].ms).toBeCloseTo(2, 12);
    expect(points[3].nines).toBeCloseTo(2, 12);
  });
  test('ends where fewer than ten calls are slower', () => {
    expect(distributionPoints({ ...latency, bins: [500, 400, 91, 9] }).at(-1).share).toBe(0.9);
  });
  test('of one value is one step, without NaN', () => {
    const points = distributionPoints({ count: 50, lo_ms: 3, hi_ms: 3, bins: [50] });
    expect(points).toEqual([{ ms: 3, share: 0, nines: 0 }]);
  });
  test('stretches the tail', () => expect([0.9, 0.99, 0.999].map((p) => Math.round(nines(p) * 1e9) / 1e9)).toEqual([1, 2, 3]));
});
