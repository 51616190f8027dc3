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
    {"clear win of two", [] { return say(measure(kClear, 10)); }, ""},
    {"clear win of three", [] { return say(measure(kThree, 10)); }, ""},
    {"nine times as much", [] { return say(measure({{"ort", 9}, {"ov", 1}}, 10)); }, ""},
    {"tie", [] { return say(measure({{"ort", 1.005, 0.005}, {"ov", 1, 0.005}}, 20)); }, ""},
    {"tie with a third that is worse", [] { return say(measure({{"ort", 1.005, 0.005}, {"ov", 1, 0.005}, {"torch", 1.5}}, 20)); }, ""},
    {"ahead, by the margin or not", [] { return say(measure({{"ort", 1.03, 0.01}, {"ov", 1, 0.01}}, 10)); }, ""},
    {"not resolved", [] { return say(measure({{"ort", 1.02, 0.05}, {"ov", 1, 0.05}}, 8)); }, ""},
    {"not resolved, and a third that is worse", [] { return say(measure({{"ort", 1.02, 0.05}, {"ov", 1, 0.05}, {"torch", 3}}, 8)); }, ""},
    {"one repetition only", [] { return say(measure(kClear, 1)); }, ""},
    {"two repetitions", [] { return say(measure(kClear, 2)); }, ""},
    {"three repetitions of a large difference", [] { return say(measure({{"ort", 3}, {"ov", 1}}, 3)); }, ""},
    {"one configuration only", [] { return say(measure({{"ov", 1}}, 10)); }, ""},
    {"one configuration crashed", [] { return say(change(measure(kThree, 10), of("torch"), crash)); }, ""},
    {"the only rival crashed", [] { return say(change(measure(kClear, 10), of("ort"), crash)); }, ""},
    {"half of a configuration crashed", [] { return say(change(measure(kClear, 10), [](const TrialRecord& one) { return one.configuration.engine == "ort" && one.block < 6; }, crash)); }, ""},
    {"all crashed", [] { return say(change(measure(kClear, 10), [](const TrialRecord&) { return true; }, crash)); }, ""},
    {"outputs of one differ", [] { return say(change(measure(kThree, 10), of("ov"), differ)); }, ""},
    {"the constraint excludes the best", [] { return say(measure(kThree, 10), where("engine!=ov")); }, ""},
    {"the constraint excludes all", [] { return say(measure(kThree, 10), where("p95_ms<=0.5")); }, ""},
    {"the constraint is not shown to be met", [] { return say(measure(kThree, 10), where("p50_ms<=1.31")); }, ""},
    {"the constraint is of what was not measured", [] { return say(measure(kClear, 10), where("energy_J<=1")); }, ""},
    {"energy ranks where all have it", [] { return say(measure(kJoules, 10)); }, ""},
    {"time ranks where one has no energy", [] { return say(measure({{"ort", 1.3, 0.01, 12}, {"ov", 1.6}}, 10)); }, ""},
    {"the same by time", [] { return say(measure(kJoules, 10), by(MetricId::kTime)); }, ""},
    {"the same by energy × time", [] { return say(measure(kJoules, 10), by(MetricId::kEnergyDelay)); }, ""},
    {"two models, one winner", [] { return say(both(measure(kClear, 10), measure(kClear, 10, "resnet50"))); }, ""},
    {"two models, two winners", [] { return say(both(measure(kClear, 10), measure({{"ort", 5}, {"ov", 7}}, 10, "resnet50"))); }, ""},
    {"two models, of which one is tied", [] { return say(both(measure(kClear, 10), measure({{"ort", 1.002, 0.004}, {"ov", 1, 0.004}}, 20, "resnet50"))); }, ""},
    {"an outlier", [] { return say(change(measure(kClear, 10), [](const TrialRecord& one) { return one.configuration.engine == "ov" && one.block == 3; }, [](TrialRecord& one) { one = trial(one.configuration, one.block, 3e-3); })); }, ""},
    {"interrupted", [] { auto record = measure(kClear, 10); record.trials.resize(13); return say(record); }, ""},
    {"two machines", [] { return say(change(measure(kClear, 10), [](const TrialRecord& one) { return one.block > 4; }, [](TrialRecord& one) { one.host = "other"; })); }, ""},
    {"made-up weights", [] { auto record = measure(kClear, 10); record.experiment.models[0].source = "synthetic:phi-2"; return say(record); }, ""},
    {"imported", [] { auto record = measure(kClear, 1); record.experiment.origin = "'medians.csv': medians of 10 repetitions"; return say(record); }, ""},
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
