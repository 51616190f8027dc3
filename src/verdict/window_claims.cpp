// SPDX-License-Identifier: Apache-2.0
#include "verdict/window_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "joulemark/window_mismatch.h"
#include "stats/descriptive.h"
#include "verdict/metric.h"

namespace joulemark::verdict {

std::optional<std::string> gaps_between_calls(const ExperimentRecord& record,
                                              const TrialRecord& trial) {
  // Between requests of texts a program may take them apart.
  const double least_share = trial.text.window.prompts > 0 ? 0.7 : 0.9;
  constexpr double kSlackS = 1e-3;
  const double window_s = trial.window_s();
  if (trial.durations_ns.empty() || window_s <= 0 || record.experiment.protocol.rate > 0 ||
      !record.experiment.origin.empty())
    return std::nullopt;
  const double sum_s =
      1e-9 * static_cast<double>(std::accumulate(trial.durations_ns.begin(),
                                                 trial.durations_ns.end(), std::int64_t{0}));
  // Of a long window of requests only the last ones are kept.
  const auto kept = static_cast<double>(trial.durations_ns.size()) *
                    static_cast<double>(std::max<std::int64_t>(trial.calls_per_record, 1));
  const double all_s = sum_s * std::max(1.0, static_cast<double>(trial.iterations) / kept);
  if (all_s + kSlackS >= least_share * window_s) return std::nullopt;
  return fmt::format(
      "its latencies are together {}, and its window lasted {}: they are not those of its calls, "
      "or "
      "it worked between them",
      quantity_text(all_s, "s"), quantity_text(window_s, "s"));
}

std::optional<std::string> needless_groups(const ExperimentRecord& record,
                                           const TrialRecord& trial) {
  // Calls of a microsecond or less are grouped, and so many records that memory is short.
  constexpr double kLongestNs = 100'000;
  constexpr std::size_t kMany = std::size_t{1} << 18;
  if (trial.calls_per_record <= 1 || trial.durations_ns.empty() ||
      trial.durations_ns.size() >= kMany || !record.experiment.origin.empty())
    return std::nullopt;
  const std::vector<double> records(trial.durations_ns.begin(), trial.durations_ns.end());
  const double usual_ns = stats::median(records);
  if (usual_ns <= kLongestNs) return std::nullopt;
  return fmt::format(
      "it says that it timed {} calls together, which took {}: so long ones are timed one by one, "
      "and nothing shows that there were so many",
      trial.calls_per_record, quantity_text(usual_ns * 1e-9, "s"));
}

std::optional<std::string> other_window(const ExperimentRecord&, const TrialRecord& trial) {
  for (const Caveat& cause : trial.invalid)
    if (cause.code == kWindowMismatch) return cause.message;
  return std::nullopt;
}

}  // namespace joulemark::verdict
