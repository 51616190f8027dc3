// SPDX-License-Identifier: Apache-2.0
#include "verdict/first_token.h"

#include <fmt/format.h>

#include <vector>

#include "stats/descriptive.h"
#include "verdict/fixed_rate.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

/// A machine that is busy elsewhere in one of the two windows makes two or three. Means of both:
/// where others have the processors now and then, most requests are faster than their mean.
constexpr double kTimes = 4;
/// Of what surrounds a request, such as taking its text apart.
constexpr double kSlackS = 1e-3;

}  // namespace

std::optional<std::string> other_first_tokens(const ExperimentRecord&, const TrialRecord& trial) {
  const TextResult& text = trial.text;
  const auto prefill = trial.phase(Phase::kPrefill);
  if (!prefill || text.prefill.prompts == 0 || text.window.prompts == 0 ||
      text.first_token_ns.empty() || is_at_rate(trial))
    return std::nullopt;
  const std::vector<double> told(text.first_token_ns.begin(), text.first_token_ns.end());
  const double told_s = stats::mean(told) * 1e-9;
  const double rows =
      static_cast<double>(text.window.prompts) / static_cast<double>(trial.iterations);
  const double prefill_s = 1e-9 * static_cast<double>(prefill->t1_ns - prefill->t0_ns);
  const double took_s = prefill_s * rows / static_cast<double>(text.prefill.prompts);
  if (took_s <= kTimes * told_s + kSlackS && told_s <= kTimes * took_s + kSlackS)
    return std::nullopt;
  return fmt::format(
      "its first tokens came after {} by its own account, and requests that end there took {} "
      "each: "
      "one of them is not what it says",
      quantity_text(told_s, "s"), quantity_text(took_s, "s"));
}

}  // namespace joulemark::verdict
