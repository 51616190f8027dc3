// SPDX-License-Identifier: Apache-2.0
#include "verdict/repeats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

struct Causes {
  std::size_t disturbed = 0;                                   ///< trials
  std::map<std::string, std::pair<int, std::string>> by_code;  ///< how often, and the first message
};

Causes causes_of(const std::vector<TrialRecord>& trials) {
  Causes causes;
  for (const TrialRecord& trial : trials) {
    if (!trial.invalid.empty()) ++causes.disturbed;
    for (const Caveat& cause : trial.invalid) {
      auto& [times, example] = causes.by_code[cause.code];
      if (times++ == 0) example = cause.message;
    }
  }
  return causes;
}

/// "2 × foreign_load (other programs took …), 1 × gap (…)".
std::string text_of(const Causes& causes) {
  std::vector<std::string> texts;
  for (const auto& [code, seen] : causes.by_code)
    texts.push_back(fmt::format("{} × {} ({})", seen.first, code, seen.second));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// The configurations, each with how many of the trials are its own.
std::string owners_of(const std::vector<TrialRecord>& trials) {
  std::map<std::string, int> counts;
  for (const TrialRecord& trial : trials) ++counts[configuration_label(trial.configuration)];
  std::vector<std::string> texts;
  for (const auto& [label, count] : counts) texts.push_back(fmt::format("{} ({})", label, count));
  return names(texts);
}

}  // namespace

std::optional<std::string> disturbed_trials_caveat(const ExperimentRecord& record) {
  const Causes causes = causes_of(record.trials);
  if (causes.disturbed == 0) return std::nullopt;
  const auto all = std::count_if(record.trials.begin(), record.trials.end(), finished);
  return fmt::format("{} of {} trials were disturbed and count, {}: {}", causes.disturbed, all,
                     record.experiment.protocol.retries > 0
                         ? "because every attempt at them was"
                         : "because none was to be tried again (--retries 0)",
                     text_of(causes));
}

std::optional<std::string> repeated_caveat(const ExperimentRecord& record) {
  if (record.set_aside.empty()) return std::nullopt;
  const Causes causes = causes_of(record.set_aside);
  const std::string why = causes.disturbed > 0
                              ? "they were disturbed: " + text_of(causes)
                              : std::string("nothing says why they were made again");
  return fmt::format(
      "{} attempts are in no number here, because another one at the same place of the plan "
      "counts; "
      "{}; of {}; 'joulemark export --csv' has them",
      record.set_aside.size(), why, owners_of(record.set_aside));
}

}  // namespace joulemark::verdict
