// SPDX-License-Identifier: Apache-2.0
// Made-up reports of any size, in the form that the program writes, with the same numbers at every run.
import { distribution, generator, timeline } from './sample_signals.mjs';

export const HOSTILE = '</script><script>alert(1)</script>';
/** Overrides that turn the text after them, and letters that are written from right to left. */
export const TURNED = 'evil \u202Eledom\u2066 \u200F2 \u0645\u0631\u062D\u0628\u0627';
export const HOSTILE_COMMENT = '<!-- $& @@JS@@ @@DATA@@ \u2028 "quoted"';

const METRICS = [
  ['energy_per_inference_J', 'J', 'energy per inference'], ['time_per_inference_s', 's', 'time per inference'],
  ['throughput_per_s', '/s', 'throughput'], ['latency_p50_ms', 'ms', 'latency p50'], ['latency_p95_ms', 'ms', 'latency p95'],
  ['latency_p99_ms', 'ms', 'latency p99'], ['cpu_per_inference_s', 's', 'CPU time per inference'], ['peak_rss_bytes', 'B', 'peak memory'],
].map(([key, unit, title]) => ({ key, unit, title, better: 'less' }));

const DEFAULTS = {
  name: 'compare', models: ['resnet50'], engines: ['onnxruntime', 'openvino'], threads: [1, 2], repetitions: 10, energy: true, failed: 0, calls: 100,
};

const round = (x) => Number(x.toPrecision(5));
const geometricMean = (values) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const configurationsOf = ({ engines, threads }) => engines.flatMap((engine, e) => threads.map((t) => ({
  label: `${engine} cpu f32 t${t} b1`, engine, version: `1.${20 + e}.0`, provider: 'cpu', precision: 'f32', threads: t, batch: 1, options: {},
})));

/** The values of one trial by metric, all from one latency in ms, so that they belong together. */
function trialValues(latency, { threads }, energy) {
  const values = [
    energy ? (latency / 1000) * (18 + 6 * threads) : null, latency / 1000, 1000 / latency, latency * 0.98, latency * 1.2, latency * 1.5,
    (latency / 1000) * threads * 0.97, 180e6 + 3e7 * threads,
  ];
  return Object.fromEntries(METRICS.map(({ key }, i) => [key, values[i] === null ? null : round(values[i])]));
}

function estimate(values, reason) {
  if (!values.length) return { value: null, value_reason: reason, lo: null, hi: null, mean: null, cv: null, n: 0 };
  const value = middle(values);
  return { value, lo: round(value * 0.985), hi: round(value * 1.02), mean: value, cv: 0.01, n: values.length };
}

/** The trials of one model × configuration; the last configuration of the first model has the failures. */
function measure({ configuration, latency, failed }, o, random) {
  return Array.from({ length: o.repetitions }, (_, block) => {
    const noise = 1 + 0.02 * (random() - 0.5) + (random() < 0.05 ? 0.06 : 0);
    return { block, ok: block >= failed, values: trialValues(latency * noise, configuration, o.energy) };
  });
}

const standingOf = (ratio) => (ratio === 1 ? 'best' : ratio < 1.03 ? 'tied' : ratio < 1.04 ? 'unresolved' : 'worse');

function rowOf(cell, best, o) {
  const ok = cell.trials.filter((t) => t.ok);
  const primary = METRICS[o.energy ? 0 : 1].key;
  const pairs = ok.flatMap((t) => best?.trials.filter((b) => b.ok && b.block === t.block).map((b) => t.values[primary] / b.values[primary]) ?? []);
  const ratio = pairs.length ? round(geometricMean(pairs)) : null;
  const metrics = Object.fromEntries(METRICS.map(({ key }) =>
    [key, estimate(ok.map((t) => t.values[key]).filter((v) => v !== null), ok.length ? 'vm' : 'no_trial')]));
  return {
    model: cell.model, configuration: cell.configuration, standing: ratio === null ? 'unranked' : standingOf(ratio), in_best_set: ratio !== null && ratio < 1.04,
    reason: ratio === null ? 'none of its trials ended well' : '',
    ratio: ratio === null ? null : { value: ratio, lo: ratio === 1 ? 1 : round(ratio * 0.985), hi: ratio === 1 ? 1 : round(ratio * 1.016), blocks: pairs.length },
    energy_text: o.energy ? '1.234 ± 0.010 mJ per inference (measured, package+DRAM, perf)' : '— (not measured: vm)',
    energy_above_idle_text: o.energy && ok.length ? '0.981 ± 0.012 mJ' : '', energy_above_ready_text: '',
    trials_ok: ok.length, trials_not_ok: cell.trials.length - ok.length, metrics,
  };
}

function cellsOf(model, m, o, random) {
  const primary = o.energy ? METRICS[0].key : METRICS[1].key;
  const base = 8 * Math.exp(m === 0 ? 0 : 1.5 * (random() - 0.3));
  const configurations = configurationsOf(o);
  const cells = configurations.map((configuration, k) => {
    const latency = base * (1 + 0.22 * o.engines.indexOf(configuration.engine)) * configuration.threads ** -0.7;
    const failed = m === 0 && k === configurations.length - 1 ? Math.min(o.failed, o.repetitions) : 0;
    const trials = measure({ configuration, latency, failed }, o, random);
    const values = trials.filter((t) => t.ok).map((t) => t.values[primary]);
    return { model, configuration, latency, trials, value: values.length ? middle(values) : Infinity };
  });
  return cells.sort((a, b) => a.value - b.value);
}

function trialColumns(cells) {
  const all = cells.flatMap((cell, row) => cell.trials.map((trial) => ({ row, ...trial })));
  const failure = 'the worker died of signal 11 (Segmentation fault) while loading the model';
  return {
    row: all.map((t) => t.row), block: all.map((t) => t.block), position: [], attempt: [],
    status: all.map((t) => (t.ok ? 'ok' : 'crashed')), reason: all.map((t) => (t.ok ? '' : failure)), started_at: all.map((_, i) => 1795268600 + 4 * i),
    metrics: Object.fromEntries(METRICS.map(({ key }) => [key, all.map((t) => (t.ok ? t.values[key] : null))])),
  };
}

function verdictOf(model, cells, o) {
  const own = cells.map((cell, index) => ({ ...cell, index })).filter((c) => c.model === model);
  const [best, second] = own.filter((c) => Number.isFinite(c.value));
  const sentence = second
    ? `For ${model}, ${best.configuration.label} needs the least ${o.energy ? 'energy' : 'time'} per inference: ${Math.round(100 * (1 - best.value / second.value))} % less than ${second.configuration.label}.`
    : `For ${model}, one configuration was measured; there is no comparison.`;
  return { model, outcome: second ? 'better' : 'single', metric: METRICS[o.energy ? 0 : 1].key, sentence, best: best?.index ?? null, best_set: [], rows: own.map((c) => c.index), sensitivities: second ? SENSITIVITIES : [],
    break_even: second ? [{ row: second.index, overtaken_by: best.index, metric: 'time_per_inference_s', inferences: 1229.4, sentence: '' }] : [] };
}

const SENSITIVITIES = [
  { analysis: 'medians', check: 'stable', detail: '' },
  { analysis: 'ranks', check: 'conditional', detail: 'by ranks onnxruntime cpu f32 t1 b1 is not told from the best' },
];

/** Configurations that have a value for every model; null of one model. */
function acrossOf(cells, { models }) {
  if (models.length < 2) return { across_models: null, across_models_reason: 'not_comparable' };
  const labels = [...new Set(cells.map((c) => c.configuration.label))];
  const means = labels.map((label) => ({ label, mean: geometricMean(cells.filter((c) => c.configuration.label === label).map((c) => c.value)) }))
    .filter(({ mean }) => Number.isFinite(mean)).sort((a, b) => a.mean - b.mean);
  const rows = means.map(({ label, mean }, i) => {
    const value = round(mean / means[0].mean);
    return { label, ratio: { value, lo: i === 0 ? 1 : round(value * 0.9), hi: i === 0 ? 1 : round(value * 1.1), models: models.length }, best_sets: i === 0 ? models.length : 0 };
  });
  return { across_models: { rows, interaction: { statistic: 2, df1: 3, df2: 30, p: 0.1 } } };
}

const HOST = {
  key: '4f2d7a90c1b24e6f', facts: [['machine', 'virtual machine (KVM)'], ['CPU', 'Example CPU at 2.60 GHz'], ['cores', '2'], ['memory', '24 GiB'], ['kernel', 'Linux 6.1.0']],
};
const FINDING = {
  code: 'governor', severity: 'warning', message: "the frequency governor is 'powersave' for 2 of 2 policies",
  why: 'the speed of a call depends on what ran before it', remedy: 'echo performance | sudo tee /sys/devices/system/cpu/cpufreq/policy*/scaling_governor',
};
const ABSENT = { code: 'energy_absent', message: 'No energy was measured: this is a virtual machine, and no counter is passed through. Configurations are ranked by time per inference.' };

/** @param {Partial<typeof DEFAULTS>} [options] `failed`: trials that crashed; `calls`: a trial's, in its latencies */
export function sample(options = {}) {
  const o = { ...DEFAULTS, ...options };
  const random = generator(7);
  const cells = o.models.flatMap((model, m) => cellsOf(model, m, o, random));
  const models = o.models.map((model) => verdictOf(model, cells, o));
  const firstTrial = (row) => cells.slice(0, row).reduce((n, c) => n + c.trials.length, 0);
  const timed = cells.map((cell, row) => ({ cell, row })).filter(({ cell }) => Number.isFinite(cell.value)).slice(0, 24);
  return {
    format: 1,
    experiment: {
      id: 1, uuid: '6b1f0c9e-5d3a-4a35-9a57-8e1f4e1d2c3b', name: o.name, created_at: 1795268580, seed: 1, repetitions: o.repetitions, margin: 0.03,
      toml: `name = ${JSON.stringify(o.name)}\nseed = 1\n\n[[model]]\nsource = "model.onnx"\n\n[factors]\nengine = ${JSON.stringify(o.engines)}\nthreads = ${JSON.stringify(o.threads)}\n`,
    },
    verdict: { sentence: models[0].sentence, models, ...acrossOf(cells, o) },
    caveats: o.energy ? [] : [ABSENT],
    ...(o.energy ? { energy_basis: 'energy: package-0 + dram, hardware counters (RAPL), gross (idle included), ± 0.4 %' } : {}),
    metrics: METRICS,
    rows: cells.map((cell) => rowOf(cell, cells.find((c) => c.model === cell.model), o)),
    trials: trialColumns(cells),
    latency: cells.map((cell, row) => (Number.isFinite(cell.value) ? distribution(row, cell.latency, o.repetitions * o.calls, random) : { row, count: 0 })),
    timelines: timed.map(({ row }) => timeline(row, firstTrial(row) + o.failed * (row === cells.length - 1), o.energy, random)),
    hosts: [HOST],
    findings: [FINDING],
  };
}

/** The page with data in it, as the program writes it: split once, escaped once. */
export function fillPage(page, data) {
  const html = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const json = JSON.stringify(data).replace(/</g, '\\u003c').replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
  const title = html(`${data.experiment.name} – Joulemark report`);
  const rows = data.rows.map((r) => `<tr><th>${html(r.configuration.label)}</th><td>${html(r.reason || r.standing)}</td></tr>`).join('');
  const content = [title, title, html(data.verdict.sentence), `<table>${rows}</table>`, json];
  return page.split(/@@(?:TITLE|VERDICT|STATIC|DATA)@@/).map((piece, i) => piece + (content[i] ?? '')).join('');
}
