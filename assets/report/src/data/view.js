// SPDX-License-Identifier: Apache-2.0
// What is shown now: the report less what the filters hide, and the questions that figures ask of it.
import { FACTORS, hasVersions } from './labels.js';
import { geometricMean } from './numbers.js';

/** Keys of the metrics that the page names itself; the program's table of metrics declares them. */
export const KEY = {
  energy: 'energy_per_inference_J',
  time: 'time_per_inference_s',
  p50: 'latency_p50_ms',
  p95: 'latency_p95_ms',
  p99: 'latency_p99_ms',
  throughput: 'throughput_per_s',
  cpu: 'cpu_per_inference_s',
  rss: 'peak_rss_bytes',
  energyPerToken: 'energy_per_token_J',
  timePerToken: 'time_per_token_s',
  tokenRate: 'tokens_per_s',
  ttft50: 'ttft_p50_ms',
  ttft95: 'ttft_p95_ms',
  tpot: 'tpot_ms',
  itl50: 'itl_p50_ms',
  itl99: 'itl_p99_ms',
  promptRate: 'prompt_tokens_per_s',
  prefillEnergy: 'prefill_energy_per_token_J',
  decodeEnergy: 'decode_energy_per_token_J',
};

/** Factors that can be filtered by, in the order of their controls. */
export const FILTERS = ['model', ...FACTORS];

const levelOf = (report, cell, factor) => String(factor === 'model' ? report.models[cell.model].name : cell.configuration[factor] ?? '');

/** Levels of each factor that has more than one: [{factor, levels}]. */
export function filterLevels(report) {
  return FILTERS.map((factor) => ({ factor, levels: [...new Set(report.cells.map((c) => levelOf(report, c, factor)))] }))
    .filter(({ factor, levels }) => levels.length > 1 && (factor !== 'version' || hasVersions(report.configurations)));
}

/**
 * @param {import('./report.js').Report} report
 * @param {{get: (key: string) => string|undefined}} state
 */
export function createView(report, state) {
  const active = filterLevels(report).filter(({ factor, levels }) => levels.includes(state.get(factor)));
  const cells = report.cells.filter((c) => active.every(({ factor }) => levelOf(report, c, factor) === state.get(factor)));
  const shown = new Set(cells.map((c) => c.index));
  const trials = report.trials.filter((t) => shown.has(t.cell));
  const byCell = new Map(cells.map((c) => [c.index, []]));
  for (const trial of trials) byCell.get(trial.cell).push(trial);
  const estimate = (cell, key) => (cell.estimates[key]?.value === null ? undefined : cell.estimates[key]);
  return {
    report, state, cells, trials, estimate,
    filtered: active.map(({ factor }) => `${factor} ${state.get(factor)}`),
    models: report.models.filter((m) => cells.some((c) => c.model === m.index)),
    has: (key) => cells.some((c) => estimate(c, key)),
    trialsOf: (cell) => byCell.get(cell.index) ?? [],
    bestByBlock: (model) => bestByBlock(report, model),
  };
}

/** What the model's best configuration, filtered or not, needed in each block in which it has a value. */
function bestByBlock(report, model) {
  const own = report.trials.filter((t) => t.cell === model.best && report.value(t, model.primary) !== null);
  return new Map(own.map((t) => [t.block, report.value(t, model.primary)]));
}

/**
 * Every model's cost and latency relative to one configuration that all shown models have, and their geometric means.
 * Models that lack the reference are left out. Smaller is better on both axes.
 */
export function ratioPoints(view, cost) {
  const usable = view.report.cells.filter((c) => view.estimate(c, cost) && view.estimate(c, KEY.p50));
  const coverage = (configuration) => view.models.filter((m) => usable.some((c) => c.model === m.index && c.configuration === configuration)).length;
  const reference = view.report.configurations.reduce((best, c) => (coverage(c) > coverage(best) ? c : best), view.report.configurations[0]);
  const base = new Map(usable.filter((c) => c.configuration === reference).map((c) => [c.model, c]));
  const small = usable.filter((c) => view.cells.includes(c) && base.has(c.model)).map((cell) => ({
    cell, configuration: cell.configuration,
    x: cell.estimates[KEY.p50].value / base.get(cell.model).estimates[KEY.p50].value,
    y: cell.estimates[cost].value / base.get(cell.model).estimates[cost].value,
  }));
  const large = [...new Set(small.map((p) => p.configuration))].map((configuration) => {
    const own = small.filter((p) => p.configuration === configuration);
    return {
      configuration, best: own.every((p) => p.cell.standing === 'best'),
      x: geometricMean(own.map((p) => p.x)), y: geometricMean(own.map((p) => p.y)), models: own.length,
    };
  });
  return { small, large, reference: reference?.short ?? '' };
}
