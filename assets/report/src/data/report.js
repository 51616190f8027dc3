// SPDX-License-Identifier: Apache-2.0
// The page's data as figures read them, from the JSON that the program writes (src/report/json_report.cpp).
import { shortLabels } from './labels.js';

/**
 * @typedef {{value: number|null, lo: number|null, hi: number|null, n: number, reason: string}} Estimate over the trials of a cell
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
 * @property {string} standing "best", "tied", "unresolved", "worse", "unranked"
 * @property {string} reason   why it is not ranked
 * @property {boolean} best    in the best set
 * @property {{value: number, lo: number|null, hi: number|null}|null} ratio to the best of its model; null when not ranked
 * @property {Object<string, Estimate>} estimates by metric key
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
 * @property {string} sentence
 * @property {{code: string, message: string}[]} caveats
 * @property {Map<string, {key: string, unit: string, title: string}>} metrics
 * @property {{index: number, name: string, primary: string, sentence: string, best: number|null}[]} models
 * @property {Configuration[]} configurations
 * @property {Cell[]} cells
 * @property {Trial[]} trials
 * @property {(trial: Trial, key: string) => number|null} value
 * @property {(cell: Cell) => object|undefined} latencyOf
 */

export const FORMAT = 1;
const IN_BEST_SET = ['best', 'tied', 'unresolved'];

/** Rows of a columnar table {name: [value per row]}. */
export function rowsOf(columns = {}) {
  const names = Object.keys(columns);
  const length = names.length ? columns[names[0]].length : 0;
  return Array.from({ length }, (_, index) => {
    const row = { index };
    for (const name of names) row[name] = columns[name][index];
    return row;
  });
}

/** Configurations by label, in order of first appearance, each with its place among the engines. */
function configurationsOf(cells) {
  const byLabel = new Map();
  for (const cell of cells) if (!byLabel.has(cell.label)) byLabel.set(cell.label, { ...cell.configuration, version: cell.version, label: cell.label });
  const list = [...byLabel.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
  const shorts = shortLabels(list);
  const engines = [...new Set(list.map((c) => c.engine))];
  list.forEach((configuration, i) => {
    configuration.short = shorts[i];
    configuration.engineIndex = engines.indexOf(configuration.engine);
    configuration.indexInEngine = list.slice(0, i).filter((c) => c.engine === configuration.engine).length;
  });
  return list;
}

function cellOf(raw, index, configurations) {
  const configuration = configurations.find((c) => c.label === raw.label);
  const best = IN_BEST_SET.includes(raw.standing);
  return { ...raw, index, configuration, short: configuration.short, best, ratio: raw.standing === 'unranked' ? null : raw.ratio };
}

/** @param {string} text @returns {Report} Throws when it is not JSON of this page's format. */
export function decode(text) {
  const data = JSON.parse(text);
  if (data.format !== FORMAT) throw new Error(`the report's data have format ${data.format}; this page reads ${FORMAT}`);
  const configurations = configurationsOf(data.cells);
  const latency = new Map(data.latency.map((l) => [l.cell, l]));
  const values = data.values ?? {};
  return {
    ...data,
    metrics: new Map(data.metrics.map((m) => [m.key, m])),
    models: data.models.map((m, index) => ({ ...m, index })),
    configurations,
    cells: data.cells.map((raw, index) => cellOf(raw, index, configurations)),
    trials: rowsOf(data.trials),
    value: (trial, key) => values[key]?.[trial.index] ?? null,
    latencyOf: (cell) => latency.get(cell.index),
  };
}
