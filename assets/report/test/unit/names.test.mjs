// SPDX-License-Identifier: Apache-2.0
// Names that would turn the text around them, and lines that would look alike.
import { describe, expect, test } from 'vitest';
import { bare, harmless, isolated, isolatedIn } from '../../src/data/names.js';
import { decode } from '../../src/data/report.js';
import { standingMeaning, standingText } from '../../src/data/standing.js';
import { looksOf, outstanding } from '../../src/figures/latency_looks.js';
import { csvField } from '../../src/page/data_table.js';
import { logTicks, paddedScale } from '../../src/page/chart.js';
import { TURNED, sample } from '../sample.mjs';

const ARABIC = '\u0645\u0631';

test('each character that turns the direction of writing is replaced, and no other', () => {
  for (const code of [0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]) {
    expect(harmless(`a${String.fromCharCode(code)}b`)).toBe('a\uFFFDb');
  }
  expect(harmless('a\u200D\u2028 é')).toBe('a\u200D\u2028 é');
});

test('a name from right to left keeps to itself, in a sentence too; a file gets the bare name', () => {
  expect(isolated('plain é')).toBe('plain é');
  expect(isolatedIn([ARABIC, `${ARABIC}-2`, 'x'])(`for ${ARABIC}-2 and ${ARABIC}: 3 x`)).toBe(`for \u2066${ARABIC}-2\u2069 and \u2066${ARABIC}\u2069: 3 x`);
  expect(bare(isolated(ARABIC))).toBe(ARABIC);
  expect(csvField(isolated(ARABIC))).toBe(ARABIC);
});

test('two models stay two, even where their names differ in nothing that can be seen', () => {
  const report = decode(JSON.stringify(sample({ models: ['a\u202Eb', 'a\u202Db'] })));
  expect(new Set(report.cells.map((c) => c.model))).toEqual(new Set([0, 1]));
  expect(report.models.map((m) => m.name)).toEqual(['a\uFFFDb', 'a\uFFFDb']);
});

test('nothing but the experiment file keeps what turns the text', () => {
  const data = sample({ models: [TURNED], name: TURNED });
  data.experiment.toml = TURNED;
  const { experiment, ...rest } = decode(JSON.stringify(data));
  expect(experiment.toml).toBe(TURNED);
  expect(JSON.stringify([experiment.name, rest.models, rest.cells])).not.toMatch(/[\u200E\u200F\u202A-\u202E]/);
});

describe('standings', () => {
  test('each has words of its own, true of a row by itself', () => {
    expect(['best', 'tied', 'behind', 'unresolved', 'worse', 'unranked'].map((s) => standingText(s, 0.025)))
      .toEqual(['best', 'differs by less than 2.5\u00a0%', 'worse; by 2.5\u00a0% not resolved', 'not resolved', 'worse', 'not ranked']);
  });
  test('their meaning is that of the whole interval', () => {
    expect(standingMeaning('tied', 0.03)).toContain('the whole interval lies from 0.971 to 1.03');
    expect(standingMeaning('worse', 0.03)).toContain('above 1.03');
    expect(standingMeaning('best', 0.03)).toBe('');
  });
});

describe('lines of the latency figure', () => {
  const configurations = (engines, each) => Array.from({ length: engines * each }, (_, i) => ({ engineIndex: Math.floor(i / each), indexInEngine: i % each }));
  const different = (list) => new Set([...looksOf(list).looks.values()].map((l) => `${l.stroke} ${l.dash}`)).size;
  test.each([[1, 8], [2, 4], [1, 3], [8, 1], [2, 1]])('%i engines with %i configurations each: no two look alike', (engines, each) => {
    expect(different(configurations(engines, each))).toBe(engines * each);
  });
  test('have the colour of their engine where that is enough', () => {
    expect(looksOf(configurations(2, 4)).byEngine).toBe(true);
    expect(looksOf(configurations(1, 8)).byEngine).toBe(false);
  });
  test('stand out when they are the best or chosen, at most eight', () => {
    const all = configurations(1, 20);
    expect(outstanding([all], undefined)).toEqual(all.slice(0, 8));
    expect(outstanding([all], all[15])).toEqual([...all.slice(0, 7), all[15]]);
    expect(outstanding([all.slice(0, 8)], undefined)).toHaveLength(8);
  });
});

describe('axes', () => {
  test('say that they are logarithmic, and that they do not start at 0', () => {
    expect(paddedScale([1, 5]).suffix).toBe(' (log scale)');
    expect(paddedScale([1.5, 1.508]).suffix).toBe(' (not from 0)');
    expect(paddedScale([0, 3]).suffix).toBe('');
    expect(paddedScale([1, 1.2], { include: [1] }).suffix).toBe('');
  });
  test('do not spread a difference that is nearly none over the whole frame', () => {
    const [lo, hi] = paddedScale([1.5, 1.508], { least: 0.05 }).domain;
    expect(hi - lo).toBeCloseTo(0.05 * 1.508, 9);
  });
  test('have fewer numbers where they would touch', () => {
    expect(logTicks(600, 4000, 6)).toEqual([700, 1000, 1500, 2000, 3000]);
    expect(logTicks(600, 4000, 6, 250)).toEqual([1000, 2000]);
  });
});
