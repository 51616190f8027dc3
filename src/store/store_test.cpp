// SPDX-License-Identifier: Apache-2.0
// Tests of the store on real SQLite files: what goes in comes out.
#include "store/store.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "store/random_records_test.h"
#include "store/store_fixture_test.h"
#include "store/values_json.h"

namespace joulemark::store {
namespace {

using testing::HasSubstr;

/// All members but durations, series and output tail, which `detail` may leave out.
void expect_equal(const TrialRecord& got, const TrialRecord& want) {
  EXPECT_EQ(got.block, want.block);
  EXPECT_EQ(got.position, want.position);
  EXPECT_EQ(got.attempt, want.attempt);
  EXPECT_EQ(got.model, want.model);
  EXPECT_EQ(got.configuration, want.configuration);
  EXPECT_EQ(got.install, want.install);
  EXPECT_EQ(got.host, want.host);
  EXPECT_EQ(got.status, want.status);
  EXPECT_EQ(got.reason, want.reason);
  EXPECT_EQ(got.started_at, want.started_at);
  EXPECT_EQ(got.iterations, want.iterations);
  EXPECT_EQ(got.calls_per_record, want.calls_per_record);
  EXPECT_EQ(got.steady, want.steady);
  EXPECT_EQ(got.warmup_iterations, want.warmup_iterations);
  EXPECT_EQ(got.handover_ns, want.handover_ns);
  EXPECT_EQ(got.describe_json, want.describe_json);
  EXPECT_EQ(got.effective_json, want.effective_json);
  EXPECT_EQ(got.agreement.compared, want.agreement.compared);
  EXPECT_EQ(got.agreement.agrees, want.agreement.agrees);
  EXPECT_EQ(got.agreement.max_abs, want.agreement.max_abs);
  EXPECT_EQ(got.agreement.max_rel, want.agreement.max_rel);
  EXPECT_EQ(got.agreement.reference, want.agreement.reference);
  EXPECT_EQ(got.agreement.detail, want.agreement.detail);
}

void expect_equal_resources(const Resources& got, const Resources& want) {
  EXPECT_EQ(got.cpu_s, want.cpu_s);
  EXPECT_EQ(got.cpu_user_s, want.cpu_user_s);
  EXPECT_EQ(got.cpu_system_s, want.cpu_system_s);
  EXPECT_EQ(got.peak_rss_bytes, want.peak_rss_bytes);
  EXPECT_EQ(got.load_peak_rss_bytes, want.load_peak_rss_bytes);
  EXPECT_EQ(got.minor_faults, want.minor_faults);
  EXPECT_EQ(got.major_faults, want.major_faults);
  EXPECT_EQ(got.voluntary_switches, want.voluntary_switches);
  EXPECT_EQ(got.involuntary_switches, want.involuntary_switches);
  EXPECT_EQ(got.facts, want.facts);
}

void expect_equal_lists(const TrialRecord& got, const TrialRecord& want) {
  ASSERT_EQ(got.phases.size(), want.phases.size());
  for (std::size_t i = 0; i < want.phases.size(); ++i) {
    EXPECT_EQ(got.phases[i].phase, want.phases[i].phase);
    EXPECT_EQ(got.phases[i].t0_ns, want.phases[i].t0_ns);
    EXPECT_EQ(got.phases[i].t1_ns, want.phases[i].t1_ns);
  }
  ASSERT_EQ(got.energy.size(), want.energy.size());
  for (std::size_t i = 0; i < want.energy.size(); ++i) {
    EXPECT_EQ(got.energy[i].scope, want.energy[i].scope);
    EXPECT_EQ(got.energy[i].sensor, want.energy[i].sensor);
    EXPECT_EQ(got.energy[i].energy_class, want.energy[i].energy_class);
    EXPECT_EQ(got.energy[i].joules, want.energy[i].joules);
    EXPECT_EQ(got.energy[i].uncertainty_j, want.energy[i].uncertainty_j);
    EXPECT_EQ(got.energy[i].reason, want.energy[i].reason);
    EXPECT_EQ(got.energy[i].detail, want.energy[i].detail);
  }
}

/// Without the times, which `detail` may leave out.
void expect_equal_text(const TextResult& got, const TextResult& want) {
  const auto counts = [](const TextWindow& window) {
    return std::tuple(window.prompts, window.prompt_tokens, window.new_tokens);
  };
  EXPECT_EQ(counts(got.window), counts(want.window));
  EXPECT_EQ(counts(got.prefill), counts(want.prefill));
  EXPECT_EQ(got.tokens, want.tokens);
  EXPECT_EQ(got.prefill_joules, want.prefill_joules);
  EXPECT_EQ(got.prefill_uncertainty_j, want.prefill_uncertainty_j);
}

void expect_equal_series(const std::vector<Series>& got, const std::vector<Series>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].name, want[i].name);
    EXPECT_EQ(got[i].unit, want[i].unit);
    ASSERT_EQ(got[i].samples.size(), want[i].samples.size());
    for (std::size_t k = 0; k < want[i].samples.size(); ++k) {
      EXPECT_EQ(got[i].samples[k].t_ns, want[i].samples[k].t_ns);
      EXPECT_EQ(got[i].samples[k].value, want[i].samples[k].value);
    }
  }
}

/// `count` random trials, two a block, added in reverse.
std::vector<TrialRecord> add_random_trials(Store& store, std::int64_t id, Random& random,
                                           int count) {
  std::vector<TrialRecord> trials;
  for (int i = 0; i < count; ++i) {
    trials.push_back(random_trial(random, random.below(50)));
    trials.back().block = i / 2;
    trials.back().position = i % 2;
    trials.back().attempt = i % 2 == 1 ? 3 : 0;
  }
  for (auto trial = trials.rbegin(); trial != trials.rend(); ++trial) {
    const Status added = store.add_trial(id, *trial);
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
  }
  return trials;
}

TEST_F(StoreTest, EveryMemberOfARandomRecordComesBackExactly) {
  Random random(7);
  Store store = open();
  for (int round = 0; round < 20; ++round) {
    const Experiment experiment = random_experiment(random);
    const std::string toml = random_text(random);
    const auto id = store.create_experiment(experiment, toml);
    ASSERT_TRUE(id) << id.error().message;
    const HostFingerprint host{"key", {{random_text(random), random_text(random)}, {"b", "a"}}};
    ASSERT_TRUE(store.add_host(*id, host));
    ASSERT_TRUE(store.add_host(*id, host));
    const auto trials = add_random_trials(store, *id, random, 6);
    const std::vector<IdleBracket> brackets{random_bracket(random), random_bracket(random)};
    for (const IdleBracket& bracket : brackets) ASSERT_TRUE(store.add_bracket(*id, bracket));

    const auto record = open(OpenMode::kReadOnly).load(*id, Detail::kEverything);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->toml, toml);
    EXPECT_EQ(to_json(record->experiment), to_json(experiment));
    ASSERT_EQ(record->hosts.size(), 1U);
    EXPECT_EQ(record->hosts[0].facts, host.facts);
    EXPECT_EQ(record->brackets, brackets);
    ASSERT_EQ(record->trials.size(), trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      expect_equal(record->trials[i], trials[i]);
      expect_equal_resources(record->trials[i].resources, trials[i].resources);
      expect_equal_lists(record->trials[i], trials[i]);
      expect_equal_text(record->trials[i].text, trials[i].text);
      EXPECT_EQ(record->trials[i].idle_w, trials[i].idle_w);
      EXPECT_EQ(record->trials[i].quality, trials[i].quality);
      EXPECT_EQ(record->trials[i].estimate, trials[i].estimate);
      EXPECT_EQ(record->trials[i].phase_energies, trials[i].phase_energies);
      EXPECT_EQ(record->trials[i].work, trials[i].work);
      EXPECT_EQ(record->trials[i].invalid, trials[i].invalid);
      EXPECT_EQ(record->trials[i].text.first_token_ns, trials[i].text.first_token_ns);
      EXPECT_EQ(record->trials[i].text.inter_token_ns, trials[i].text.inter_token_ns);
      EXPECT_EQ(record->trials[i].durations_ns, trials[i].durations_ns);
      EXPECT_EQ(record->trials[i].output_tail, trials[i].output_tail);
      expect_equal_series(record->trials[i].series, trials[i].series);
    }
  }
}

TEST_F(StoreTest, AttemptsThatDoNotCountAreSetAside) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  ASSERT_TRUE(id);
  for (int attempt = 0; attempt < 3; ++attempt) {
    TrialRecord trial;
    trial.model = "net";
    trial.attempt = attempt;
    trial.iterations = attempt;
    if (attempt != 1) trial.invalid = {{"steal", "taken"}, {"gap", "none"}};
    ASSERT_TRUE(store.add_trial(*id, trial));
  }
  const auto record = store.load(*id, Detail::kEverything);
  ASSERT_TRUE(record) << record.error().message;
  ASSERT_EQ(record->trials.size(), 1u);
  EXPECT_EQ(record->trials[0].iterations, 1);
  ASSERT_EQ(record->set_aside.size(), 2u);
  EXPECT_EQ(record->set_aside[0].iterations, 0);
  EXPECT_EQ(record->set_aside[1].iterations, 2);
  EXPECT_EQ(record->set_aside[1].invalid,
            (std::vector<Caveat>{{"steal", "taken"}, {"gap", "none"}}));
  const auto infos = store.experiments();
  ASSERT_TRUE(infos);
  EXPECT_EQ(infos->at(0).trials, 3);
}

TEST_F(StoreTest, ExperimentValueKeepsItsMembersByName) {
  Experiment experiment;
  experiment.name = "n";
  experiment.seed = std::numeric_limits<std::uint64_t>::max();
  experiment.models = {{"m", "model.onnx", {{"ids", {-1, 128}}}, "generated"}};
  experiment.factors.engine = {"onnxruntime", "openvino"};
  experiment.exclusions = {{{"engine", "openvino"}, {"threads", "2"}}};
  experiment.engine_options["onnxruntime"]["spin"] = "off";
  experiment.protocol.time_limit_s = 12.5;
  experiment.protocol.retries = 7;
  experiment.protocol.cooldown_max_s = 3;
  experiment.protocol.arrivals = "uniform";
  experiment.protocol.different = "always";
  experiment.margin = 0.05;
  const auto back = experiment_from_json(to_json(experiment));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(back->seed, experiment.seed);
  EXPECT_EQ(back->models[0].shapes.at("ids"), (std::vector<std::int64_t>{-1, 128}));
  EXPECT_EQ(back->factors, experiment.factors);
  EXPECT_EQ(back->exclusions, experiment.exclusions);
  EXPECT_EQ(back->engine_options, experiment.engine_options);
  EXPECT_EQ(back->protocol.time_limit_s, 12.5);
  EXPECT_EQ(back->protocol.retries, 7);
  EXPECT_EQ(back->protocol.cooldown_max_s, 3);
  EXPECT_EQ(back->protocol.arrivals, "uniform");
  EXPECT_EQ(back->protocol.different, "always");
  EXPECT_EQ(back->margin, 0.05);
}

TEST_F(StoreTest, DetailDecidesWhatIsLoaded) {
  Random random(3);
  Store store = open();
  const auto id = store.create_experiment({}, "");
  TrialRecord trial = random_trial(random, 10);
  trial.series = {{"power", "W", {{1, 2.5}}}};
  ASSERT_TRUE(store.add_trial(*id, trial));
  const auto summary = store.load(*id, Detail::kSummary);
  EXPECT_TRUE(summary->trials[0].durations_ns.empty());
  EXPECT_TRUE(summary->trials[0].series.empty());
  const auto durations = store.load(*id, Detail::kDurations);
  EXPECT_EQ(durations->trials[0].durations_ns, trial.durations_ns);
  EXPECT_TRUE(durations->trials[0].series.empty());
  const TrialKey key{trial.block, trial.position, trial.attempt};
  expect_equal_series(*store.load_series(*id, key), trial.series);
  EXPECT_EQ(*store.load_durations(*id, key), trial.durations_ns);
  EXPECT_FALSE(store.load_series(*id, {99, 0, 0}));
}

TEST_F(StoreTest, SummaryDoesNotReadBlobs) {
  Random random(3);
  Store store = open();
  const auto id = store.create_experiment({}, "");
  ASSERT_TRUE(store.add_trial(*id, random_trial(random, 10)));
  sql({"update trial_data set durations_ns = cast('nonsense' as blob)"});
  EXPECT_TRUE(store.load(*id, Detail::kSummary));
  const auto durations = store.load(*id, Detail::kDurations);
  ASSERT_FALSE(durations);
  EXPECT_THAT(durations.error().message, HasSubstr("it is damaged (a trial's data cannot be"));
}

TEST_F(StoreTest, NanComesBackAsNanOrAsAbsent) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  const double nan = std::nan("");
  TrialRecord trial;
  trial.agreement.max_abs = nan;
  trial.agreement.max_rel = std::numeric_limits<double>::infinity();
  trial.resources.cpu_s = nan;
  ASSERT_TRUE(store.add_trial(*id, trial));
  const TrialRecord back = store.load(*id, Detail::kSummary)->trials[0];
  EXPECT_FALSE(back.agreement.max_abs.has_value());
  EXPECT_EQ(back.agreement.max_rel, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(back.resources.cpu_s.has_value());
}

TEST_F(StoreTest, OutputsThatWereNotComparedNeitherAgreeNorDiffer) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  ASSERT_TRUE(store.add_trial(*id, {}));
  const TrialRecord back = store.load(*id, Detail::kSummary)->trials[0];
  EXPECT_FALSE(back.agreement.agrees.has_value());
  EXPECT_FALSE(back.agreement.max_abs.has_value());
  EXPECT_FALSE(back.agreement.max_rel.has_value());
}

TEST_F(StoreTest, OneAttemptIsStoredOnce) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  TrialRecord trial;
  ASSERT_TRUE(store.add_trial(*id, trial));
  const Status again = store.add_trial(*id, trial);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kFailed);
  EXPECT_THAT(again.error().message, HasSubstr("block 0, position 0, attempt 0"));
  trial.attempt = 1;
  EXPECT_TRUE(store.add_trial(*id, trial));
  const auto record = store.load(*id, Detail::kEverything);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->trials.size() + record->set_aside.size(), 2U);
}

TEST_F(StoreTest, TrialOfNoExperimentIsRefused) {
  Store store = open();
  EXPECT_FALSE(store.add_trial(5, {}));
  const auto record = store.load(5, Detail::kSummary);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message, HasSubstr("cannot find experiment 5 in store '"));
  EXPECT_THAT(record.error().message, HasSubstr("': it holds none"));
}

TEST_F(StoreTest, ExperimentsAreListedWithTheirTrials) {
  Store store = open();
  Experiment experiment;
  experiment.name = "first";
  const auto first = store.create_experiment(experiment, "");
  experiment.name = "second";
  const auto second = store.create_experiment(experiment, "");
  TrialRecord trial;
  ASSERT_TRUE(store.add_trial(*second, trial));
  trial.attempt = 1;
  trial.status = TrialStatus::kCrashed;
  ASSERT_TRUE(store.add_trial(*second, trial));
  const auto all = store.experiments();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].name, "first");
  EXPECT_EQ((*all)[0].id, *first);
  EXPECT_EQ((*all)[0].trials, 0);
  EXPECT_EQ((*all)[1].trials, 2);
  EXPECT_EQ((*all)[1].ok, 1);
  EXPECT_NE((*all)[0].uuid, (*all)[1].uuid);
  EXPECT_EQ((*all)[0].uuid.size(), 36U);
  EXPECT_GT((*all)[0].created_at, 1.6e9);
}

TEST_F(StoreTest, SeveralWritesAreOneOrNone) {
  Store store = open();
  Random random(7);
  const Experiment last = random_experiment(random);
  TrialRecord trial = random_trial(random, 3);
  const auto write = [&](bool fails) {
    return store.write_as_one([&]() -> Status {
      const auto id = store.create_experiment({}, "");
      if (!id) return fail(id.error());
      for (trial.position = 0; trial.position < 3; ++trial.position)
        if (auto added = store.add_trial(*id, trial); !added) return added;
      if (fails) return fail(ErrorKind::kUsage, "no more");
      return store.set_experiment(*id, last, "# none");
    });
  };
  const Status failed = write(true);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no more");
  EXPECT_TRUE(store.experiments()->empty());
  ASSERT_TRUE(write(false));
  const auto record = store.load(1, Detail::kEverything);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->experiment, last);
  EXPECT_EQ(record->toml, "# none");
  EXPECT_EQ(record->trials.size(), 3U);
  EXPECT_EQ(store.experiments()->front().name, last.name);
}

}  // namespace
}  // namespace joulemark::store
