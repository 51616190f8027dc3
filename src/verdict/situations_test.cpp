// SPDX-License-Identifier: Apache-2.0
// What the verdict says in situations that people meet, word for word: each sentence was read for
// whether it is true, short, and has its caveat.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>

#include "base/random.h"
#include "verdict/example_record.h"
#include "verdict/judge_options.h"

namespace joulemark::verdict {
namespace {

using example::configuration;
using example::ended;
using example::trial;
using example::with_joules;

/// Seconds per call of one engine, and how they vary from repetition to repetition.
struct Engine {
  const char* name;
  double ms;
  double noise = 0.01;
  double joules = 0;  ///< of a window; 0: not measured
};

/// An experiment of `repetitions` blocks that share a disturbance of 2 %.
ExperimentRecord measure(const std::vector<Engine>& engines, int repetitions,
                         const std::string& model = "magika") {
  Random random(11);
  ExperimentRecord record = example::record({});
  record.experiment.models[0].name = model;
  record.experiment.protocol.repetitions = repetitions;
  for (const Engine& engine : engines) record.experiment.factors.engine.emplace_back(engine.name);
  record.experiment.factors.threads = {2};
  for (int block = 0; block < repetitions; ++block) {
    const double shared = std::exp(0.02 * random.normal());
    for (const Engine& engine : engines) {
      const double factor = shared * std::exp(engine.noise * random.normal());
      TrialRecord one = trial(configuration(engine.name), block, engine.ms * 1e-3 * factor);
      one.model = model;
      if (engine.joules > 0) one = with_joules(one, engine.joules * factor);
      record.trials.push_back(std::move(one));
    }
  }
  return record;
}

/// `record` with each trial for which `which` holds changed.
ExperimentRecord change(ExperimentRecord record,
                        const std::function<bool(const TrialRecord&)>& which,
                        const std::function<void(TrialRecord&)>& how) {
  for (TrialRecord& one : record.trials)
    if (which(one)) how(one);
  return record;
}

std::function<bool(const TrialRecord&)> of(const std::string& engine) {
  return [engine](const TrialRecord& one) { return one.configuration.engine == engine; };
}

void crash(TrialRecord& one) {
  one = ended(one, TrialStatus::kCrashed, "signal 11");
}

void differ(TrialRecord& one) {
  one.status = TrialStatus::kDifferent;
  one.reason = "output 'y' differs by 0.5";
  one.agreement.agrees = false;
}

ExperimentRecord both(ExperimentRecord first, const ExperimentRecord& second) {
  first.experiment.models.push_back(second.experiment.models[0]);
  first.trials.insert(first.trials.end(), second.trials.begin(), second.trials.end());
  return first;
}

JudgeOptions where(const std::string& constraint) {
  return {.objective = {}, .constraints = {*Constraint::parse(constraint)}};
}

JudgeOptions by(MetricId objective) {
  return {.objective = objective, .constraints = {}};
}

/// The sentence, and behind it the codes of its caveats.
std::string say(const ExperimentRecord& record, const JudgeOptions& options = {}) {
  const Judgement judgement = judge(record, options);
  std::string text = judgement.sentence + " |";
  for (const Caveat& caveat : judgement.caveats) text += " " + caveat.code;
  return text;
}

const std::vector<Engine> kClear = {{"ort", 1.3}, {"ov", 1.0}};
const std::vector<Engine> kThree = {{"ort", 1.3}, {"ov", 1.0}, {"torch", 2.2}};
const std::vector<Engine> kJoules = {{"ort", 1.3, 0.01, 12}, {"ov", 1.6, 0.01, 9}};

struct Situation {
  const char* name;
  std::function<std::string()> said;
  const char* expected;
};

// clang-format off
const std::vector<Situation> kSituations = {
    {"clear win of two", [] { return say(measure(kClear, 10)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23 % less time per inference than ort cpu f32 t2 b1 [21 %, 24 %]. Stable (medians, ranks). | energy_absent"},
    {"clear win of three", [] { return say(measure(kThree, 10)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23 % less time per inference than ort cpu f32 t2 b1 [22 %, 25 %], the next of 3 configurations. Stable (medians, ranks). | energy_absent"},
    {"nine times as much", [] { return say(measure({{"ort", 9}, {"ov", 1}}, 10)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 88.8 % less time per inference than ort cpu f32 t2 b1 [88.7 %, 89.0 %]. Stable (medians, ranks). | energy_absent"},
    {"tie", [] { return say(measure({{"ort", 1.005, 0.005}, {"ov", 1, 0.005}}, 20)); },
     "On this machine, for magika, tie: ort cpu f32 t2 b1 needs the same time per inference as ov cpu f32 t2 b1 within the margin of 3 % (needs 0.39 % more [−0.04 %, 0.83 %]). Stable (medians, ranks, without 3 flagged repetitions). | energy_absent"},
    {"tie with a third that is worse", [] { return say(measure({{"ort", 1.005, 0.005}, {"ov", 1, 0.005}, {"torch", 1.5}}, 20)); },
     "On this machine, for magika, tie: ort cpu f32 t2 b1 needs the same time per inference as ov cpu f32 t2 b1 within the margin of 3 % (needs 0.44 % more [0.00 %, 0.89 %]). torch cpu f32 t2 b1 is worse by more than 3 %: it needs 1.50 times as much [1.49, 1.51]. Stable (medians, ranks). | energy_absent"},
    {"ahead, by the margin or not", [] { return say(measure({{"ort", 1.03, 0.01}, {"ov", 1, 0.01}}, 10)); },
     "On this machine, for magika, ov cpu f32 t2 b1 is ahead in time per inference: ort cpu f32 t2 b1 needs 2 % more [1 %, 4 %]; whether by more than the margin of 3 % is not resolved, more repetitions are needed. | energy_absent"},
    {"not resolved", [] { return say(measure({{"ort", 1.02, 0.05}, {"ov", 1, 0.05}}, 8)); },
     "On this machine, for magika, not resolved: ort cpu f32 t2 b1 ranks first by time per inference, but ov cpu f32 t2 b1 may need as little (needs 0.04 % more [−8.61 %, 9.51 %]). More repetitions are needed. | energy_absent noisy"},
    {"not resolved, and a third that is worse", [] { return say(measure({{"ort", 1.02, 0.05}, {"ov", 1, 0.05}, {"torch", 3}}, 8)); },
     "On this machine, for magika, not resolved: ov cpu f32 t2 b1 ranks first by time per inference, but ort cpu f32 t2 b1 may need as little (needs 6 % more [−4 %, 17 %]). More repetitions are needed. torch cpu f32 t2 b1 is worse by more than 3 %: it needs 3.1 times as much [3.0, 3.2]. | energy_absent noisy"},
    {"one repetition only", [] { return say(measure(kClear, 1)); },
     "On this machine, for magika, not resolved: ov cpu f32 t2 b1 ranks first by time per inference, but ort cpu f32 t2 b1 has too few repetitions in common with it for an interval (needs 29 % more). More repetitions are needed. | energy_absent one_repetition"},
    {"two repetitions", [] { return say(measure(kClear, 2)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 24 % less time per inference than ort cpu f32 t2 b1 [8 %, 37 %]. Stable (medians). | energy_absent few_repetitions"},
    {"three repetitions of a large difference", [] { return say(measure({{"ort", 3}, {"ov", 1}}, 3)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 67 % less time per inference than ort cpu f32 t2 b1 [66 %, 68 %]. Stable (medians, without 1 flagged repetition). | energy_absent few_repetitions"},
    {"one configuration only", [] { return say(measure({{"ov", 1}}, 10)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 1.02 ms per inference [0.986 ms, 1.03 ms]; it is the only configuration measured, so there is no comparison. | energy_absent"},
    {"one configuration crashed", [] { return say(change(measure(kThree, 10), of("torch"), crash)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23.5 % less time per inference than ort cpu f32 t2 b1 [22.5 %, 24.4 %]. Stable (medians, ranks). Not ranked: torch cpu f32 t2 b1 (crashed: signal 11). | energy_absent not_ok"},
    {"the only rival crashed", [] { return say(change(measure(kClear, 10), of("ort"), crash)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 1.01 ms per inference [0.996 ms, 1.02 ms]; it is the only configuration that can be ranked, so there is no comparison. Not ranked: ort cpu f32 t2 b1 (crashed: signal 11). | energy_absent not_ok"},
    {"half of a configuration crashed", [] { return say(change(measure(kClear, 10), [](const TrialRecord& one) { return one.configuration.engine == "ort" && one.block < 6; }, crash)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 22 % less time per inference than ort cpu f32 t2 b1 [21 %, 23 %]. Stable (medians). | energy_absent not_ok uneven"},
    {"all crashed", [] { return say(change(measure(kClear, 10), [](const TrialRecord&) { return true; }, crash)); },
     "On this machine, for magika, nothing can be ranked: ort cpu f32 t2 b1 (crashed: signal 11), ov cpu f32 t2 b1 (crashed: signal 11). | not_ok"},
    {"outputs of one differ", [] { return say(change(measure(kThree, 10), of("ov"), differ)); },
     "On this machine, for magika, ort cpu f32 t2 b1 needs 41.2 % less time per inference than torch cpu f32 t2 b1 [40.4 %, 41.9 %]. Stable (medians, ranks). Not ranked: ov cpu f32 t2 b1 (its outputs differ from those of the reference). | energy_absent different"},
    {"the constraint excludes the best", [] { return say(measure(kThree, 10), where("engine!=ov")); },
     "On this machine, for magika, ort cpu f32 t2 b1 needs 41.2 % less time per inference than torch cpu f32 t2 b1 [40.4 %, 41.9 %]. Stable (medians, ranks). Not ranked: ov cpu f32 t2 b1 (does not meet engine != ov). | energy_absent"},
    {"the constraint excludes all", [] { return say(measure(kThree, 10), where("p95_ms<=0.5")); },
     "On this machine, for magika, nothing can be ranked: ort cpu f32 t2 b1 (does not meet p95_ms <= 0.5: 1.31 ms) and 2 other configurations, listed with the reason. | energy_absent"},
    {"the constraint is not shown to be met", [] { return say(measure(kThree, 10), where("p50_ms<=1.31")); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23.5 % less time per inference than ort cpu f32 t2 b1 [22.5 %, 24.4 %]. Stable (medians, ranks). Not ranked: torch cpu f32 t2 b1 (does not meet p50_ms <= 1.31: 2.21 ms). | energy_absent constraint_open"},
    {"the constraint is of what was not measured", [] { return say(measure(kClear, 10), where("energy_J<=1")); },
     "On this machine, for magika, nothing can be ranked: ort cpu f32 t2 b1 (energy_J <= 1 cannot be checked: no energy per inference (vm)), ov cpu f32 t2 b1 (energy_J <= 1 cannot be checked: no energy per inference (vm)). | energy_absent"},
    {"energy ranks where all have it", [] { return say(measure(kJoules, 10)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 24 % less energy per inference than ort cpu f32 t2 b1 [23 %, 26 %]. Stable (medians, ranks). |"},
    {"time ranks where one has no energy", [] { return say(measure({{"ort", 1.3, 0.01, 12}, {"ov", 1.6}}, 10)); },
     "On this machine, for magika, ort cpu f32 t2 b1 needs 19 % less time per inference than ov cpu f32 t2 b1 [18 %, 20 %]. Stable (medians, ranks). | energy_partial"},
    {"the same by time", [] { return say(measure(kJoules, 10), by(MetricId::kTime)); },
     "On this machine, for magika, ort cpu f32 t2 b1 needs 19 % less time per inference than ov cpu f32 t2 b1 [18 %, 20 %]. Stable (medians, ranks). |"},
    {"the same by energy × time", [] { return say(measure(kJoules, 10), by(MetricId::kEnergyDelay)); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 6 % less energy-delay product than ort cpu f32 t2 b1 [4 %, 9 %]. Stable (medians, ranks). |"},
    {"two models, one winner", [] { return say(both(measure(kClear, 10), measure({{"ort", 3.1, 0.02}, {"ov", 2.2}}, 10, "resnet50"))); },
     "On this machine, of 2 models: ov cpu f32 t2 b1 is best for magika and resnet50. ov cpu f32 t2 b1 is in the best set of every model; beside it, ort cpu f32 t2 b1 needs 1.3 times as much [0.8, 2.2] over all models (geometric mean of ratios; it depends on the model: interaction F(1, 18) = 41.1, p < 0.001). | energy_absent"},
    {"two models, two winners", [] { return say(both(measure(kClear, 10), measure({{"ort", 5}, {"ov", 7}}, 10, "resnet50"))); },
     "On this machine, of 2 models: ov cpu f32 t2 b1 is best for magika; ort cpu f32 t2 b1 is best for resnet50. No configuration is in the best set of every model, ort cpu f32 t2 b1 is in 1 of 2; beside ort cpu f32 t2 b1, ov cpu f32 t2 b1 needs 1.04 times as much [0.02, 46.91] over all models (geometric mean of ratios; it depends on the model: interaction F(1, 18) = 4.44e+03, p < 0.001). | energy_absent"},
    {"two models, of which one is tied", [] { return say(both(measure(kClear, 10), measure({{"ort", 1.002, 0.004}, {"ov", 1, 0.004}}, 20, "resnet50"))); },
     "On this machine, of 2 models: ov cpu f32 t2 b1 is best for magika; a tie for resnet50. ov cpu f32 t2 b1 is in the best set of every model; beside it, ort cpu f32 t2 b1 needs 1.1 times as much [0.2, 5.7] over all models (geometric mean of ratios; it depends on the model: interaction F(1, 28) = 2.59e+03, p < 0.001). | energy_absent"},
    {"an outlier", [] { return say(change(measure(kClear, 10), [](const TrialRecord& one) { return one.configuration.engine == "ov" && one.block == 3; }, [](TrialRecord& one) { one = trial(one.configuration, one.block, 3e-3); })); },
     "On this machine, for magika, not resolved: ov cpu f32 t2 b1 ranks first by time per inference, but ort cpu f32 t2 b1 may need as little (needs 16 % more [−9 %, 49 %]). More repetitions are needed. | energy_absent noisy"},
    {"interrupted", [] { auto record = measure(kClear, 10); record.trials.resize(13); return say(record); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23 % less time per inference than ort cpu f32 t2 b1 [21 %, 25 %]. Stable (medians, ranks). | interrupted energy_absent"},
    {"two machines", [] { return say(change(measure(kClear, 10), [](const TrialRecord& one) { return one.block > 4; }, [](TrialRecord& one) { one.host = "other"; })); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23 % less time per inference than ort cpu f32 t2 b1 [21 %, 24 %]. Stable (medians, ranks). | energy_absent several_machines"},
    {"made-up weights", [] { auto record = measure(kClear, 10); record.experiment.models[0].source = "synthetic:phi-2"; return say(record); },
     "On this machine, for magika, ov cpu f32 t2 b1 needs 23 % less time per inference than ort cpu f32 t2 b1 [21 %, 24 %]. Stable (medians, ranks). | energy_absent synthetic_weights"},
    {"imported", [] { auto record = measure(kClear, 1); record.experiment.origin = "'medians.csv': medians of 10 repetitions"; return say(record); },
     "In the imported trials, for magika, not resolved: ov cpu f32 t2 b1 ranks first by time per inference, but ort cpu f32 t2 b1 has too few repetitions in common with it for an interval (needs 29 % more). More repetitions are needed. | imported energy_absent one_repetition"},
};
// clang-format on

TEST(Situations, AreThirtyAndMore) {
  EXPECT_GE(kSituations.size(), 30U);
}

TEST(Situations, AreSaidAsTheyAre) {
  for (const Situation& situation : kSituations) {
    const std::string said = situation.said();
    EXPECT_EQ(said, situation.expected) << situation.name;
  }
}

}  // namespace
}  // namespace joulemark::verdict
