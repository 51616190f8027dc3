// SPDX-License-Identifier: Apache-2.0
// Made-up reports of any size, in the form that the program writes, with the same numbers at every run.

export const HOSTILE = '</script><script>alert(1)</script>';
export const HOSTILE_COMMENT = '<!-- $& @@JS@@ @@DATA@@ \u2028 "quoted" \u0000';

/** A small seeded generator: uniform in [0, 1). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const METRICS = [
  ['energy_per_inference_J', 'J', 'energy per inference'], ['time_per_inference_s', 's', 'time per inference'],
  ['throughput_per_s', '/s', 'throughput'], ['latency_p50_ms', 'ms', 'latency p50'], ['latency_p95_ms', 'ms', 'latency p95'],
  ['latency_p99_ms', 'ms', 'latency p99'], ['cpu_per_inference_s', 's', 'CPU time per inference'], ['peak_rss_bytes', 'B', 'peak memory'],
].map(([key, unit, title]) => ({ key, unit, title }));

const round = (x) => (x === null ? null : Number(x.toPrecision(6)));
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function configurations({ engines, threads, precisions }) {
  return engines.flatMap((engine) => precisions.flatMap((precision) => threads.map((t) => ({
    engine, provider: 'cpu', precision, threads: t, batch: 1, affinity: [], options: {},
  }))));
}

const labelOf = (c) => `${c.engine} ${c.provider} ${c.precision} t${c.threads} b${c.batch}`;

/** The values of one trial, all from one latency, so that they belong together. */
function trialValues({ latency, power, threads, energy }) {
  return {
    energy_per_inference_J: energy ? (latency / 1000) * power : null,
    time_per_inference_s: latency / 1000, throughput_per_s: 1000 / latency,
    latency_p50_ms: latency * 0.98, latency_p95_ms: latency * 1.2, latency_p99_ms: latency * 1.5,
    cpu_per_inference_s: (latency / 1000) * threads * 0.97, peak_rss_bytes: 180e6 + 3e7 * threads,
  };
}

function estimatesOf(rows, energy) {
  return Object.fromEntries(METRICS.map(({ key }) => {
    const values = rows.map((r) => r[key]).filter((v) => v !== null);
    if (!values.length) return [key, { value: null, lo: null, hi: null, n: 0, reason: energy ? 'no_trial' : 'vm' }];
    const m = middle(values);
    return [key, { value: round(m), lo: round(m * 0.985), hi: round(m * 1.02), n: values.length, reason: '' }];
  }));
}

function distribution(cell, latency, count, random) {
  const [lo, hi, bins] = [latency * 0.9, latency * 3, new Array(256).fill(0)];
  for (let i = 0; i < Math.min(count, 20000); ++i) {
    const normal = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(6.2832 * random());
    const x = Math.min(hi, Math.max(lo, latency * Math.exp(0.05 * normal + (random() < 0.03 ? 0.5 : 0))));
    bins[Math.min(255, Math.floor((Math.log(x / lo) / Math.log(hi / lo)) * 256))] += 1;
  }
  const quantiles = [[0.5, 1], [0.9, 1.07], [0.95, 1.2], [0.99, 1.72], [0.999, 1.9]].map(([p, f]) => [p, round(latency * f)]);
  return { cell, count: Math.min(count, 20000), lo_ms: round(lo), hi_ms: round(hi), bins, quantiles };
}

function timelineOf(cell, trial, kind, { random, energy }) {
  const t = Array.from({ length: 34 }, (_, i) => i * 0.1);
  const at = (x) => (x < 0.05 ? 8 : x < 0.6 ? 18 : x < 3.1 ? 31 : 10);
  const signal = (name, unit, f) => {
    const values = t.map((x) => round(f(x)));
    return { name, unit, t_s: t, min: values, max: values };
  };
  return {
    cell, trial, kind,
    phases: [['idle', 0, 0.001], ['load', 0.02, 0.42], ['warmup', 0.43, 1.05], ['ready', 1.06, 1.07], ['measure', 1.08, 3.09], ['drain', 3.09, 3.3]]
      .map(([phase, t0_s, t1_s]) => ({ phase, t0_s, t1_s })),
    series: [
      ...(energy ? [signal('package-0 power', 'W', (x) => at(x) + 2 * random())] : []),
      signal('rss', 'B', (x) => 40e6 + 160e6 * Math.min(1, x / 0.4)), signal('cpu', 'cores', (x) => (x > 0.4 && x < 3.1 ? 1.97 : 0.6) + 0.03 * random()),
    ],
  };
}

const standingOf = (ratio) => (ratio === 1 ? 'best' : ratio < 1.03 ? 'tied' : ratio < 1.04 ? 'unresolved' : 'worse');

/**
 * @param {object} [options]
 * @param {string[]} [options.models] names
 * @param {string[]} [options.engines]
 * @param {number[]} [options.threads]
 * @param {number} [options.repetitions]
 * @param {boolean} [options.energy] measured, or absent
 * @param {number} [options.failed] trials that crashed
 */
export function sample(options = {}) {
  const o = {
    models: ['resnet50'], engines: ['onnxruntime', 'openvino'], threads: [1, 2], precisions: ['f32'], repetitions: 10, energy: true, failed: 0,
    name: 'compare', ...options,
  };
  const random = generator(7);
  const primary = o.energy ? 'energy_per_inference_J' : 'time_per_inference_s';
  const list = configurations(o);
  const data = {
    format: 1, sentence: '', caveats: o.energy ? [] : [{ code: 'energy_absent', message: 'No energy was measured: this is a virtual machine, and no counter is passed through. Configurations are ranked by time per inference.' }],
    experiment: { id: 1, uuid: '6b1f0c9e-5d3a-4a35-9a57-8e1f4e1d2c3b', name: o.name, created_at: 1795268580, seed: 1, repetitions: o.repetitions, margin: 0.03, toml: `name = "${o.name}"\nseed = 1\n\n[[model]]\nsource = "model.onnx"\n\n[factors]\nengine = ["onnxruntime", "openvino"]\nthreads = [1, 2]\n` },
    metrics: METRICS, models: [], cells: [], latency: [], timelines: [],
    trials: { cell: [], block: [], position: [], attempt: [], status: [], reason: [], started_at: [] },
    values: Object.fromEntries(METRICS.map(({ key }) => [key, []])),
    hosts: [{ key: '4f2d7a90c1b24e6f', facts: [['machine', 'virtual machine (KVM)'], ['CPU', 'Example CPU at 2.60 GHz'], ['cores', '2 (1 thread each)'], ['memory', '24 GiB'], ['kernel', 'Linux 6.1.0'], ['governor', 'not exposed'], ['operating system', 'Debian GNU/Linux 12']] }],
  };
  let failures = o.failed;
  o.models.forEach((name, m) => {
    const scale = 8 * Math.exp(1.5 * (random() - 0.3) * (m > 0));
    const cells = list.map((configuration, k) => {
      const rows = [];
      const latency = scale * (1 + 0.22 * o.engines.indexOf(configuration.engine)) * configuration.threads ** -0.7;
      const index = data.cells.length + k;
      for (let block = 0; block < o.repetitions; ++block) {
        const bad = k === list.length - 1 && failures > 0;
        failures -= bad ? 1 : 0;
        const v = trialValues({ latency: latency * (1 + 0.02 * (random() - 0.5) + (random() < 0.05 ? 0.06 : 0)), power: 18 + 6 * configuration.threads, threads: configuration.threads, energy: o.energy });
        if (!bad) rows.push(v);
        for (const { key } of METRICS) data.values[key].push(bad ? null : round(v[key]));
        const column = { cell: index, block, position: k, attempt: 0, status: bad ? 'crashed' : 'ok', reason: bad ? 'the worker died of signal 11 (Segmentation fault) in phase load' : '', started_at: 1795268600 + 4 * data.trials.cell.length };
        for (const [key, value] of Object.entries(column)) data.trials[key].push(value);
      }
      return { model: m, label: labelOf(configuration), configuration, version: configuration.engine === 'openvino' ? '2026.1.0' : '1.24.0', rows, latency, index };
    });
    const estimate = (c) => middle(c.rows.map((r) => r[primary]));
    const able = cells.filter((c) => c.rows.length).sort((a, b) => estimate(a) - estimate(b));
    for (const c of cells) {
      const ratio = c.rows.length ? estimate(c) / estimate(able[0]) : null;
      data.cells.push({
        model: m, label: c.label, configuration: c.configuration, version: c.version, finished: c.rows.length, not_ok: o.repetitions - c.rows.length,
        standing: ratio === null ? 'unranked' : standingOf(ratio), reason: ratio === null ? 'no trial ended well' : '',
        ratio: ratio === null ? null : { value: round(ratio), lo: ratio === 1 ? 1 : round(ratio * 0.985), hi: ratio === 1 ? 1 : round(ratio * 1.016), blocks: c.rows.length },
        estimates: estimatesOf(c.rows, o.energy),
      });
      if (!c.rows.length) continue;
      data.latency.push(distribution(c.index, c.latency, o.repetitions * 100, random));
      const trial = data.trials.cell.findIndex((x, i) => x === c.index && data.trials.status[i] === 'ok');
      if (data.timelines.length < 24) data.timelines.push(timelineOf(c.index, trial, 'typical', { random, energy: o.energy }));
    }
    const [best, second] = able;
    const sentence = able.length < 2 ? `${name}: only one configuration was measured; there is no comparison.`
      : `For ${name}, ${best.label} needs the least ${o.energy ? 'energy' : 'time'} per inference: ${Math.round(100 * (1 - estimate(best) / estimate(second)))} % less than ${second.label}.`;
    data.models.push({ name, outcome: 'better', primary, sentence, best: best?.index ?? null, cells: cells.map((c) => c.index) });
  });
  data.sentence = data.models[0].sentence;
  return data;
}

/** The page with data in it, as the program writes it: split once, escaped once. */
export function fillPage(page, data) {
  const html = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const json = JSON.stringify(data).replace(/</g, '\\u003c').replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
  const title = html(`${data.experiment.name} – Joulemark report`);
  const content = [title, title, html(data.sentence), json];
  return page.split(/@@(?:TITLE|VERDICT|DATA)@@/).map((piece, i) => piece + (content[i] ?? '')).join('');
}
