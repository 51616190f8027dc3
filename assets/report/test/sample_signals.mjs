// SPDX-License-Identifier: Apache-2.0
// Made-up latencies and signals for test/sample.mjs.

/** A small seeded generator: uniform in [0, 1) (mulberry32). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const round = (x) => Number(x.toPrecision(5));
const PROBABILITIES = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 1];
const MOST_VALUES = 5000;

function latencies(typical, count, random) {
  return Array.from({ length: Math.min(count, MOST_VALUES) }, () => {
    const normal = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    return typical * Math.exp(0.05 * normal + (random() < 0.03 ? 0.4 : 0));
  }).sort((a, b) => a - b);
}

export function distribution(row, typical, count, random) {
  const values = latencies(typical, count, random);
  const [lo, hi] = [values[0], values.at(-1)];
  const bins = new Array(256).fill(0);
  for (const v of values) bins[Math.min(255, Math.floor((Math.log(v / lo) / Math.log(hi / lo)) * 256))] += 1;
  const ms = PROBABILITIES.map((p) => round(values[Math.floor(p * (values.length - 1))]));
  return { row, count: values.length, lo_ms: round(lo), hi_ms: round(hi), bins, quantiles: { p: PROBABILITIES, ms } };
}

const PHASES = [['idle', 0, 0.001], ['load', 0.02, 0.42], ['warmup', 0.43, 1.05], ['ready', 1.06, 1.07], ['measure', 1.08, 3.09], ['drain', 3.09, 3.3]];

function signal(name, unit, f) {
  const t = Array.from({ length: 33 }, (_, i) => round(i * 0.1));
  const values = t.map((x) => round(f(x)));
  return { name, unit, t_s: t, min: values, max: [] };
}

export function timeline(row, trial, energy, random) {
  const power = (x) => (x < 0.05 ? 8 : x < 0.6 ? 18 : x < 3.1 ? 31 : 10) + 2 * random();
  return {
    row, trial, kind: 'typical', phases: PHASES.map(([phase, t0_s, t1_s]) => ({ phase, t0_s, t1_s })),
    series: [
      ...(energy ? [signal('package-0 power', 'W', power)] : []),
      signal('rss', 'B', (x) => 40e6 + 160e6 * Math.min(1, x / 0.4)),
      signal('cpu', 'cores', (x) => (x > 0.4 && x < 3.1 ? 1.97 : 0.6) + 0.03 * random()),
    ],
  };
}
