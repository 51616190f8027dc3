// SPDX-License-Identifier: Apache-2.0
// The page's data as figures read them, from the JSON that the program writes (src/report/json_report.cpp).
import { shortLabels } from './labels.js';
import { harmless, isolated, isolatedIn } from './names.js';

/**
 * @typedef {{value: number|null, lo: number|null, hi: number|null, n: number, reason: string, detail: string}} Estimate over the trials of a cell
 *
 * @typedef {object} Configuration
 * @property {string} label   complete: "onnxruntime cpu f32 t2 b1"
 * @property {string} short   only what differs here: "onnxruntime t2"
 * @property {string} engine
 * @property {number} engineIndex    which colour and shape
 * @property {number} indexInEngine  which line style
 *
 * @typedef {object} Cell one model × configuration
 * @property {number} index
 * @property {number} model
 * @property {Configuration} configuration
 * @property {string} standing "best", "tied", "behind", "unresolved", "worse", "unranked"
 * @property {string} reason   why it is not ranked
 * @property {number} finished trials that ended well; `failed` that did not
 * @property {{value: number, lo: number|null, hi: number|null}|null} ratio to the best of its model; null when not ranked
 * @property {string|null} energy for people, with its uncertainty; `aboveIdle`, `aboveReady` less what the machine draws at rest; "" where nobody knows
 * @property {Object<string, Estimate>} estimates by metric key
 *
 * @typedef {{analysis: string, check: string, detail: string}} Sensitivity another analysis: "stable", "conditional", "unchecked"
 *
 * @typedef {{repetitions: {row: number, block: number, times_median: number}[], ratios: {row: number, with: number|null, without: number|null}[]}} Flagged
 *   repetitions that stand out, and the ratios to the best with and without them
 *
 * @typedef {object} Trial
 * @property {number} index
 * @property {number} cell
 * @property {number} block
 * @property {string} status
 * @property {string} reason
 *
 * @typedef {object} Report
 * @property {object} experiment
 * @property {string} energyBasis  what the energy is, and from which sensors; "" without energy
 * @property {string[]} estimates  what published models say of the energy, a sentence a row; none where nobody asked
 * @property {{code: string, message: string}[]} caveats
 * @property {Map<string, {key: string, unit: string, title: string}>} metrics
 * @property {{index: number, name: string, primary: string, sentence: string, best: number|null, sensitivities: Sensitivity[], breakEven: object[], flagged: Flagged}[]} models
 * @property {{label: string, ratio: {value: number, lo: number|null, hi: number|null, models: number}, best_sets: number}[]} across
 *   configurations over all models, the least needing first; empty when there are not several to compare
 * @property {Configuration[]} configurations
 * @property {Cell[]} cells
 * @property {Trial[]} trials
 * @property {(trial: Trial, key: string) => number|null} value
 * @property {(cell: Cell) => object|undefined} latencyOf
 * @property {string} latencyName  from when to when a latency counts
 */

export const FORMAT = 1;

/** Rows of columns {name: [value per row]}; what is not an array, or empty, is no column. */
export function rowsOf(columns = {}) {
  const names = Object.keys(columns).filter((name) => Array.isArray(columns[name]) && columns[name].length > 0);
  const length = names.length ? columns[names[0]].length : 0;
  return Array.from({ length }, (_, index) => {
    const row = { index };
    for (const name of names) row[name] = columns[name][index];
    return row;
  });
}

/** Configurations by label, each with its place among the engines; by name, so that colours do not depend on who wins. */
function configurationsOf(rows) {
  const byLabel = new Map(rows.map(({ configuration }) => [configuration.label, { ...configuration }]));
  const list = [...byLabel.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
  const shorts = shortLabels(list);
  const engines = [...new Set(list.map((c) => c.engine))];
  list.forEach((configuration, i) => {
    configuration.short = isolated(shorts[i]);
    configuration.label = isolated(configuration.label);
    configuration.engineIndex = engines.indexOf(configuration.engine);
    configuration.indexInEngine = list.slice(0, i).filter((c) => c.engine === configuration.engine).length;
  });
  return byLabel;
}

function estimateOf(raw) {
  return { value: raw.value ?? null, lo: raw.lo ?? null, hi: raw.hi ?? null, n: raw.n, reason: raw.value_reason ?? '', detail: raw.value_detail ?? '' };
}

function cellOf(raw, index, { configurations, models }) {
  const configuration = configurations.get(raw.configuration.label);
  const ratio = raw.ratio?.value === null ? null : raw.ratio;
  return {
    index, configuration, label: configuration.label, short: configuration.short,
    model: models.findIndex((m) => m.rows.includes(index)),
    standing: raw.standing, reason: raw.reason, energy: raw.energy_text ?? null,
    aboveIdle: raw.energy_above_idle_text ?? '', aboveReady: raw.energy_above_ready_text ?? '', ratio: ratio ?? null,
    leftOut: raw.left_out ?? null, finished: raw.trials_ok, failed: raw.trials_not_ok,
    estimates: Object.fromEntries(Object.entries(raw.metrics).map(([key, estimate]) => [key, estimateOf(estimate)])),
  };
}

function latencyOf({ row, quantiles, ...latency }) {
  return { ...latency, cell: row, quantiles: (quantiles?.p ?? []).map((p, i) => [p, quantiles.ms[i]]) };
}

/** A signal without "max" has one sample in each bucket. */
function timelineOf({ row, series, ...timeline }) {
  return { ...timeline, cell: row, series: series.map((s) => ({ ...s, max: s.max.length ? s.max : s.min })) };
}

const modelOf = (raw, index) => ({
  index, name: isolated(raw.model), primary: raw.metric, sentence: raw.sentence, outcome: raw.outcome, best: raw.best, rows: raw.rows,
  sensitivities: raw.sensitivities ?? [], breakEven: raw.break_even ?? [], flagged: raw.flagged ?? { repetitions: [], ratios: [] },
});

/** Every text but the experiment file, which has to stay what it is. */
const revive = (key, value) => (typeof value === 'string' && key !== 'toml' ? harmless(value) : value);

/** Sentences hold names of models and configurations; so do reasons. */
function isolateSentences(data) {
  const within = isolatedIn([...data.verdict.models.map((m) => m.model), ...data.rows.map((r) => r.configuration.label)]);
  for (const model of data.verdict.models) {
    model.sentence = within(model.sentence);
    for (const each of model.sensitivities ?? []) each.detail = within(each.detail);
  }
  for (const caveat of data.caveats) caveat.message = within(caveat.message);
  for (const row of data.rows) row.reason = within(row.reason);
  data.estimates = (data.estimates ?? []).map(within);
  if (Array.isArray(data.trials.reason)) data.trials.reason = data.trials.reason.map(within);
}

/** @param {string} text @returns {Report} Throws when it is not JSON of this page's format. */
export function decode(text) {
  const data = JSON.parse(text, revive);
  if (data.format !== FORMAT) throw new Error(`the report's data have format ${data.format}; this page reads ${FORMAT}`);
  isolateSentences(data);
  const configurations = configurationsOf(data.rows);
  const models = data.verdict.models.map(modelOf);
  const latency = new Map(data.latency.map((l) => [l.row, latencyOf(l)]));
  const { metrics: values = {}, output_tail: tails = {} } = data.trials;
  return {
    experiment: data.experiment, caveats: data.caveats, hosts: data.hosts, findings: data.findings ?? [], energyBasis: data.energy_basis ?? '',
    estimates: data.estimates,
    latencyName: data.experiment.rate > 0 ? 'latency from the scheduled arrival' : 'latency of one call',
    metrics: new Map(data.metrics.map((m) => [m.key, m])),
    models, across: (data.verdict.across_models?.rows ?? []).map((row) => ({ ...row, label: isolated(row.label) })),
    configurations: [...configurations.values()].sort((a, b) => (a.label < b.label ? -1 : 1)),
    cells: data.rows.map((raw, index) => cellOf(raw, index, { configurations, models })),
    trials: rowsOf(data.trials).map(({ row, ...trial }) => ({ ...trial, cell: row, output_tail: tails[trial.index] ?? '' })),
    timelines: data.timelines.map(timelineOf),
    value: (trial, key) => values[key]?.[trial.index] ?? null,
    latencyOf: (cell) => latency.get(cell.index),
  };
}
