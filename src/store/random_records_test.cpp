// SPDX-License-Identifier: Apache-2.0
// Values are drawn from what breaks stores: limits, absences, odd text.
#include "store/random_records_test.h"

#include <limits>

namespace joulemark::store {
namespace {

std::int64_t random_integer(Random& random) {
  constexpr std::int64_t kLimits[] = {0, -1, std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};
  const std::uint64_t pick = random.below(8);
  return pick < 4 ? kLimits[pick] : static_cast<std::int64_t>(random.below(1'000'000'000));
}

int random_small(Random& random) {
  return static_cast<int>(random.below(2000)) - 1000;
}

double random_real(Random& random) {
  constexpr double kLimits[] = {0.1, 5e-324, std::numeric_limits<double>::max(), -1.0 / 3};
  const std::uint64_t pick = random.below(8);
  return pick < 4 ? kLimits[pick] : random.normal() * 1e6;
}

/// What JSON can hold: everything finite.
template <class T, class Draw>
std::optional<T> maybe(Random& random, Draw draw) {
  if (random.below(3) == 0) return std::nullopt;
  return draw(random);
}

template <class Draw>
auto random_list(Random& random, Draw draw) {
  std::vector<decltype(draw(random))> list(random.below(4));
  for (auto& item : list) item = draw(random);
  return list;
}

std::map<std::string, std::string> random_map(Random& random) {
  std::map<std::string, std::string> map;
  for (std::uint64_t i = random.below(4); i > 0; --i)
    map[random_text(random)] = random_text(random);
  return map;
}

ModelSpec random_model(Random& random) {
  ModelSpec model{random_text(random), random_text(random), {}, random_text(random)};
  for (std::uint64_t i = random.below(3); i > 0; --i)
    model.shapes[random_text(random)] = random_list(random, random_integer);
  return model;
}

Energy random_energy(Random& random) {
  constexpr EnergyClass kClasses[] = {EnergyClass::kMeasured, EnergyClass::kDerived,
                                      EnergyClass::kEstimated, EnergyClass::kAbsent};
  return {random_text(random),
          random_text(random),
          kClasses[random.below(4)],
          maybe<double>(random, random_real),
          maybe<double>(random, random_real),
          std::nullopt,  // is not stored
          random_text(random),
          random_text(random)};
}

EnergyEstimate random_estimate(Random& random) {
  return {maybe<double>(random, random_real),
          maybe<double>(random, random_real),
          maybe<double>(random, random_real),
          random_list(random, random_text),
          random_text(random),
          random_text(random)};
}

Series random_series(Random& random) {
  Series series{random_text(random), random_text(random), {}};
  for (std::uint64_t i = random.below(30); i > 0; --i)
    series.samples.push_back({random_integer(random), random_real(random)});
  return series;
}

TextResult random_text_result(Random& random) {
  TextResult text;
  if (random.below(2) == 0) return text;
  text.window = {1, random_integer(random), random_integer(random)};
  text.prefill = {random_integer(random), random_integer(random), random_integer(random)};
  text.tokens = random_text(random);
  text.first_token_ns = random_list(random, random_integer);
  text.inter_token_ns = random_list(random, random_integer);
  text.prefill_joules = maybe<double>(random, random_real);
  text.prefill_uncertainty_j = maybe<double>(random, random_real);
  return text;
}

Resources random_resources(Random& random) {
  Resources resources;
  for (auto* real : {&resources.cpu_s, &resources.cpu_user_s, &resources.cpu_system_s})
    *real = maybe<double>(random, random_real);
  for (auto* number :
       {&resources.peak_rss_bytes, &resources.load_peak_rss_bytes, &resources.minor_faults,
        &resources.major_faults, &resources.voluntary_switches, &resources.involuntary_switches})
    *number = maybe<std::int64_t>(random, random_integer);
  for (const char* key : kWindowFactKeys)
    if (random.below(2) == 0)
      resources.facts[*window_fact_from(key)] = {maybe<double>(random, random_real),
                                                 random_text(random)};
  return resources;
}

void fill_identity(Random& random, TrialRecord& trial) {
  trial.model = random_text(random);
  trial.configuration = {random_text(random),  random_text(random),
                         random_text(random),  random_small(random),
                         random_small(random), random_list(random, random_small),
                         random_map(random)};
  trial.install = {random_text(random), random_text(random), random_text(random),
                   random_text(random), random_text(random)};
  trial.host = random_text(random);
}

void fill_outcome(Random& random, TrialRecord& trial) {
  trial.status = static_cast<TrialStatus>(random.below(7));
  trial.reason = random_text(random);
  trial.output_tail = random_text(random) + std::string("\xff\xfe\0tail", 7);
  trial.started_at = random_real(random);
  trial.steady = random.below(2) == 0;
  trial.warmup_iterations = random_integer(random);
  trial.agreement = {random.below(2) == 0,
                     maybe<bool>(random, [](Random& r) { return r.below(2) == 0; }),
                     maybe<double>(random, random_real),
                     maybe<double>(random, random_real),
                     random_text(random),
                     random_text(random)};
  trial.handover_ns = random_integer(random);
  trial.describe_json = random_text(random);
  trial.effective_json = random_text(random);
}

}  // namespace

std::string random_text(Random& random) {
  constexpr const char* kPieces[] = {"a",  "Z",  "0", "'",  "\"", "\n",
                                     "\\", ":x", "é", "模", "%",  " "};
  std::string text;
  for (std::uint64_t i = random.below(20); i > 0; --i) {
    const std::uint64_t pick = random.below(13);
    text += pick < 12 ? std::string(kPieces[pick]) : std::string(1, '\0');
  }
  return text;
}

Experiment random_experiment(Random& random) {
  Experiment e;
  e.name = random_text(random);
  e.seed = random.next();
  e.models = random_list(random, random_model);
  e.factors = {random_list(random, random_text), random_list(random, random_text),
               random_list(random, random_text), random_list(random, random_small),
               random_list(random, random_small)};
  e.exclusions = random_list(random, random_map);
  e.engine_options["onnxruntime"] = random_map(random);
  e.engine_roots = random_map(random);
  e.affinity = random_list(random, random_small);
  e.meters = random_list(random, random_text);
  e.calibration = random_list(random, random_text);
  e.protocol = {random_small(random), random_real(random), random_small(random),
                random_real(random),  random_real(random), random_small(random),
                random_real(random),  random_real(random), random_real(random),
                random_real(random)};
  e.workload = random_text(random);
  e.generation = {random_small(random), random_small(random), random_text(random)};
  e.margin = random_real(random);
  e.origin = random_text(random);
  return e;
}

IdleBracket random_bracket(Random& random) {
  return {.block = random_small(random),
          .t0_ns = random_integer(random),
          .t1_ns = random_integer(random),
          .started_at = random_real(random),
          .host = random_text(random),
          .joules = maybe<double>(random, random_real),
          .uncertainty_j = maybe<double>(random, random_real),
          .temperature_c = maybe<double>(random, random_real),
          .busy = maybe<double>(random, random_real)};
}

TrialRecord random_trial(Random& random, std::size_t durations) {
  TrialRecord trial;
  fill_identity(random, trial);
  fill_outcome(random, trial);
  for (const Phase phase : kPhases)
    if (random.below(4) != 0)
      trial.phases.push_back({phase, random_integer(random), random_integer(random)});
  trial.iterations = random_integer(random);
  for (std::size_t i = 0; i < durations; ++i)
    trial.durations_ns.push_back(2'000'000 + static_cast<std::int64_t>(random.normal() * 20'000));
  trial.calls_per_record = random_integer(random);
  for (std::uint64_t i = random.below(5); i > 0; --i) trial.energy.push_back(random_energy(random));
  trial.resources = random_resources(random);
  trial.text = random_text_result(random);
  trial.idle_w = maybe<double>(random, random_real);
  trial.estimate = maybe<EnergyEstimate>(random, random_estimate);
  trial.quality = maybe<double>(random, random_real);
  for (const Phase phase : kPhases)
    if (random.below(2) == 0)
      trial.phase_energies.push_back(
          {phase, random_real(random), random_real(random), 1 + random.uniform()});
  if (random.below(4) != 0)
    trial.work = {random_real(random), random_real(random), random_real(random),
                  random_real(random), random_real(random), random_real(random),
                  random_real(random)};
  for (std::uint64_t i = random.below(3); i > 0; --i)
    trial.invalid.push_back({random_text(random), random_text(random)});
  for (std::uint64_t i = random.below(5); i > 0; --i) trial.series.push_back(random_series(random));
  return trial;
}

}  // namespace joulemark::store
