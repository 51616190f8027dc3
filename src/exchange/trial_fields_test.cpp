// SPDX-License-Identifier: Apache-2.0
// What goes out of a trial goes in again.
#include "exchange/trial_fields.h"

#include <gmock/gmock.h>

#include "exchange/numbers.h"
#include "exchange/time_list.h"

namespace joulemark::exchange {
namespace {

TrialRecord full_trial() {
  TrialDraft draft;
  const std::vector<std::pair<const char*, const char*>> facts = {
      {"model", "a, \"b\""},
      {"engine", "onnxruntime@1.31"},
      {"engine_version", "1.31.0"},
      {"provider", "cuda"},
      {"precision", "bf16"},
      {"threads", "3"},
      {"batch", "8"},
      {"options", "a=1;b=x y"},
      {"attempt", "2"},
      {"status", "different"},
      {"reason", "why"},
      {"disturbed", "steal gap"},
      {"energy_J", "0.1"},
      {"energy_u_J", "1e-09"},
      {"energy_class", "measured"},
      {"duration_s", "1399.077517"},
      {"iterations", "164"},
      {"prompts", "7"},
      {"prompt_tokens", "70"},
      {"new_tokens", "0"},
      {"prefill_s", "0.25"},
      {"prefill_prompts", "5"},
      {"prefill_prompt_tokens", "50"},
      {"prefill_total_J", "3.5"},
      {"prefill_total_u_J", "0.5"},
      {"cpu_s", "0.3"},
      {"peak_rss_bytes", "9007199254740992"},
      {"load_peak_rss_bytes", "1"},
      {"quality", "0.925"},
      {"load_s", "0.125"},
      {"build_s", "0.75"},
      {"minor_faults", "0"},
      {"major_faults", "2"},
      {"voluntary_switches", "3"},
      {"involuntary_switches", "4"},
      {"warmup_iterations", "9"},
      {"steady", "0"},
      {"started_at", "1795268580.123456"},
      {"host", "h"},
      {"latencies_ms", "1.5 2.000001"},
      {"calls_per_latency", "4"},
      {"first_token_ms", "3"},
      {"inter_token_ms", "4 5"}};
  for (const char* key : kWindowFactKeys) EXPECT_EQ(set_field(draft, *find_field(key), "6.5"), "");
  for (const auto& [name, text] : facts)
    EXPECT_EQ(set_field(draft, *find_field(name), text), "") << name;
  EXPECT_EQ(set_field(draft, *find_field("cpu_energy_J"), "0.05"), "");
  return complete(draft).value();
}

TEST(TrialFields, EveryFieldComesOutAsItWentIn) {
  const TrialRecord first = full_trial();
  TrialDraft draft;
  for (const TrialField& field : trial_fields()) {
    const std::string text = field.text(first);
    const bool only_when_absent = std::string(field.name) == "energy_reason";
    EXPECT_TRUE(only_when_absent || !text.empty()) << field.name << " is not covered by this test";
    EXPECT_EQ(set_field(draft, *find_field(field.name), text), "") << field.name;
  }
  const TrialRecord again = complete(draft).value();
  for (const TrialField& field : trial_fields()) {
    if (std::string(field.name) == "block" || std::string(field.name) == "position") continue;
    EXPECT_EQ(field.text(again), field.text(first)) << field.name;
  }
}

TEST(TrialFields, AnEmptyTrialHasNoNumbersButThoseThatAreKnown) {
  TrialDraft draft;
  draft.trial.model = "m";
  draft.trial.configuration.engine = "e";
  const TrialRecord trial = complete(draft).value();
  for (const char* name : {"threads", "energy_J", "duration_s", "prompts", "cpu_s",
                           "peak_rss_bytes", "load_s", "build_s", "steady", "started_at"})
    EXPECT_EQ(find_field(name)->field->text(trial), "") << name;
  EXPECT_EQ(find_field("energy_reason")->field->text(trial), "not_recorded");
}

TEST(TrialFields, EachHasOneNameAndOneWayIn) {
  const auto names = field_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  for (const TrialField& field : trial_fields())
    EXPECT_NE(field.word == nullptr, field.number == nullptr) << field.name;
}

TEST(TrialFields, ScopesAreFieldsByTheirColumns) {
  EXPECT_EQ(find_field("package-0_energy_J")->scope, "package-0");
  EXPECT_EQ(find_field("package-0_energy_J")->name(), "package-0_energy_J");
  EXPECT_FALSE(find_field("total_energy_J"));
  EXPECT_FALSE(find_field("_energy_J"));
  EXPECT_FALSE(find_field("nothing"));
}

TEST(Numbers, ReadAsTheyWereWritten) {
  for (const double value : {0.0, 0.1, 1e-300, 123456789.125, 1.7976931348623157e308})
    EXPECT_EQ(**read_number(number_text(value)), value);
  EXPECT_EQ(**read_number("+1.5"), 1.5);
  for (const char* text : {"1.5x", "0x10", "1e999", "infinity", "1 2", "++1"})
    EXPECT_FALSE(read_number(text)) << text;
}

TEST(TimeList, RefusesWhatIsNoDuration) {
  std::vector<std::int64_t> ns;
  EXPECT_EQ(read_times(" 1;;2 ", ns), "");
  EXPECT_THAT(ns, testing::ElementsAre(1000000, 2000000));
  EXPECT_NE(read_times("1 -2", ns), "");
  EXPECT_NE(read_times("1 NA", ns), "");
  EXPECT_NE(read_times("1e300", ns), "");
  EXPECT_EQ(read_times("", ns), "");
  EXPECT_THAT(ns, testing::IsEmpty());
}

}  // namespace
}  // namespace joulemark::exchange
