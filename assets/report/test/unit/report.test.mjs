// SPDX-License-Identifier: Apache-2.0
// From the program's JSON to what is shown, and out of it again.
import { describe, expect, test } from 'vitest';
import { decode } from '../../src/data/report.js';
import { KEY, createView, filterLevels, ratioPoints } from '../../src/data/view.js';
import { csvField, toCsv } from '../../src/page/data_table.js';
import { fileName } from '../../src/page/dom.js';
import { formatHash, parseHash } from '../../src/page/state.js';
import { absences } from '../../src/sections/absent.js';
import { flaggedRows, ratioWords, sensitivityRows } from '../../src/sections/checks.js';
import { breakEvenRows, netRows } from '../../src/sections/costs.js';
import { failureGroups } from '../../src/sections/failures.js';
import { sample } from '../sample.mjs';

const state = (values = {}) => ({ get: (key) => values[key] });
const reportOf = (options) => decode(JSON.stringify(sample(options)));

describe('decode', () => {
  const report = reportOf({ models: ['a', 'b'], failed: 2 });
  test('gives each trial its cell and its values', () => {
    expect(report.trials).toHaveLength(80);
    const failed = report.trials.filter((t) => t.status !== 'ok');
    expect(failed).toHaveLength(2);
    expect(report.value(failed[0], KEY.energy)).toBeNull();
    expect(report.value(report.trials[0], KEY.energy)).toBeGreaterThan(0);
  });
  test('an engine has one colour, whoever wins', () => {
    for (const cell of report.cells) expect(cell.configuration.engineIndex).toBe(cell.configuration.engine === 'openvino' ? 1 : 0);
  });
  test('estimates are sentences of their own, and none where nobody asked', () => {
    expect(report.estimates).toEqual([]);
    const estimates = ['Energy by published models, not measured, not ranked:', '- a: ≈ 1–2 J'];
    expect(decode(JSON.stringify({ ...sample(), estimates })).estimates).toHaveLength(2);
  });
  test('at a rate, a latency is no longer that of one call', () => {
    expect(report.latencyName).toBe('latency of one call');
    const raw = sample({});
    raw.experiment.rate = 5;
    expect(decode(JSON.stringify(raw)).latencyName).toBe('latency from the scheduled arrival');
  });
  test('refuses data of another format', () => expect(() => decode('{"format":2}')).toThrow('format 2'));
  test('an unranked row has no ratio, and an absent value has its reason', () => {
    const vm = reportOf({ energy: false, failed: 10 });
    expect(vm.cells.find((c) => c.standing === 'unranked').ratio).toBeNull();
    expect(vm.cells[0].estimates[KEY.energy]).toMatchObject({ value: null, reason: 'vm' });
  });
});

describe('view', () => {
  const report = reportOf({ models: ['a', 'b'] });
  test('offers only factors with more than one level', () => {
    expect(filterLevels(report).map((f) => f.factor)).toEqual(['model', 'engine', 'threads']);
    expect(filterLevels(reportOf({ engines: ['null'], threads: [1] }))).toEqual([]);
  });
  test('shows what the filters leave, and ignores levels that do not exist', () => {
    expect(createView(report, state({ engine: 'openvino' })).cells.every((c) => c.configuration.engine === 'openvino')).toBe(true);
    expect(createView(report, state({ engine: 'no such' })).cells).toHaveLength(8);
  });
  test('ratios of several models go to one reference, which is 1', () => {
    const { large, small, reference } = ratioPoints(createView(report, state()), KEY.energy);
    expect(small).toHaveLength(8);
    expect(large.find((p) => p.configuration.short === reference)).toMatchObject({ x: 1, y: 1 });
  });
  test('trials are compared with the best of all, block by block, even when it is filtered out', () => {
    const all = createView(report, state());
    const some = createView(report, state({ threads: '1' }));
    expect(some.cells.some((c) => c.index === report.models[0].best)).toBe(false);
    expect([...some.bestByBlock(report.models[0])]).toEqual([...all.bestByBlock(report.models[0])]);
    expect(some.bestByBlock(report.models[0]).size).toBe(10);
  });
});

test('absences are told once for each metric and reason, and not for cells without a trial', () => {
  const found = absences(createView(reportOf({ energy: false, failed: 10 }), state()));
  expect(found.map((a) => [a.metrics.map((m) => m.key), a.reason, a.cells.length, a.everywhere])).toEqual([[[KEY.energy], 'vm', 3, true]]);
});

test('what nobody expects is not told to be absent', () => {
  const data = sample({});
  for (const row of data.rows) row.metrics.peak_rss_bytes = { ...row.metrics.peak_rss_bytes, value: null, value_reason: 'not_given' };
  expect(absences(createView(decode(JSON.stringify(data)), state()))).toEqual([]);
});

test('other analyses are told with their answers in words', () => {
  const rows = sensitivityRows(reportOf({ models: ['a', 'b'] }));
  expect(rows.map((r) => [r.model, r.analysis, r.check])).toEqual([
    ['a', 'medians', 'the same answer'], ['a', 'ranks', 'another answer'], ['b', 'medians', 'the same answer'], ['b', 'ranks', 'another answer'],
  ]);
  expect(reportOf({ models: ['a', 'b'] }).across).toHaveLength(4);
  expect(reportOf({}).across).toEqual([]);
  expect([ratioWords({ value: 1.5, lo: 1.25, hi: 1.8 }), ratioWords({ value: 2, lo: null, hi: null })]).toEqual(['1.50 [1.25, 1.80]', '2.00']);
});

test('energies without the machine at rest are told where they are known', () => {
  expect(netRows(reportOf({}))[0].slice(2)).toEqual(['0.981 ± 0.012 mJ', '—']);
  expect(netRows(reportOf({ energy: false }))).toEqual([]);
});

test('a configuration that is overtaken is told with when, and by which', () => {
  const rows = breakEvenRows(reportOf({ models: ['a', 'b'] }));
  expect(rows).toHaveLength(2);
  expect(rows[0]).toEqual(['openvino cpu f32 t2 b1', 'onnxruntime cpu f32 t2 b1', 'time per inference', '1,230']);
  expect(breakEvenRows(reportOf({ engines: ['null'], threads: [1] }))).toEqual([]);
});

test('repetitions that stand out are told with the ratios with and without them', () => {
  const data = sample({});
  data.verdict.models[0].flagged = { repetitions: [{ row: 1, block: 2, times_median: 1.314 }], ratios: [{ row: 1, with: 1.08, without: 1.05 }] };
  const report = decode(JSON.stringify(data));
  expect(flaggedRows(report)).toEqual([{
    label: report.cells[1].label, repetitions: 'block 3: 1.31 × its median', ratio: { row: 1, with: 1.08, without: 1.05 },
  }]);
  expect(flaggedRows(reportOf({}))).toEqual([]);
});

test('failures that are alike are told together', () => {
  const report = reportOf({ failed: 4 });
  expect(failureGroups(report.trials).map((g) => g.length)).toEqual([4]);
});

test('CSV quotes what needs it, and no cell becomes a formula', () => {
  expect(toCsv(['a', 'b'], [['x,"y"', null], ['=1+1', 2.5]])).toBe('a,b\r\n"x,""y""",\r\n\'=1+1,2.5\r\n');
  expect(csvField(-1.5)).toBe('-1.5');
  expect(csvField(NaN)).toBe('');
});

test('the hash keeps any value, and drops unknown keys', () => {
  const chosen = { model: 'a&b=c #1', engine: '</script>' };
  expect(parseHash(formatHash({ ...chosen, theme: undefined }), ['model', 'engine', 'theme'])).toEqual(chosen);
  expect(parseHash('#x=1&__proto__=2', ['model'])).toEqual({});
  expect(formatHash({})).toBe('');
});

test('file names hold nothing that a file system would mind', () => {
  expect(fileName('../</script>é x')).toBe('script-é-x');
  expect(fileName('///')).toBe('report');
});
