// SPDX-License-Identifier: Apache-2.0
// Whether the times of calls have settled: their scatter and their trend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace joulemark::worker {

/// Records that the rule looks at.
inline constexpr std::size_t kSteadyRecords = 20;
/// And the least it may look at, when calls are so slow that 20 of them do not fit into half the
/// cap.
inline constexpr std::size_t kFewestSteadyRecords = 6;

/// NaN where too few records were looked at.
struct Steadiness {
  bool steady = false;
  double scatter = std::numeric_limits<double>::quiet_NaN();  ///< coefficient of variation, robust
  double trend = std::numeric_limits<double>::quiet_NaN();    ///< growth from first to last record,
                                                              ///< as a part of their median
};

/// Of times in their order. Steady: the coefficient of variation is at most 5 %, and there is no
/// trend: Mann–Kendall's p is above 0.05, or Theil–Sen's slope makes at most 1 % of the median from
/// the first record to the last.
///
/// The coefficient is 1.4826 × MAD / median, which of normal times is sd / mean. Up to half of the
/// records may be interrupted calls without moving it: other programs interrupt a call now and
/// then, and one call of ten times the length would make sd / mean 200 % on a machine that has long
/// settled. Both tests of the trend go by order and by medians for the same reason.
Steadiness judge(std::span<const double> call_ns);

/// A step of a language model.
struct StepTime {
  std::int64_t batch = 0;
  std::int64_t position = 0;  ///< of its token in the text; of a first token the negative length
                              ///< of the prompt
  double ns = 0;

  [[nodiscard]] bool is_like(const StepTime& other) const {
    return batch == other.batch && position == other.position;
  }
};

/// The times of a language model's steps. A step takes longer the more text lies before it, which
/// is no trend of the machine. So the last steps are compared with the last ones before them at the
/// same positions: both are divided by what the position is found to cost relative to the others.
class StepHistory {
 public:
  void add(const StepTime& step);
  /// Of the last `count` steps and their likes. Where too few have any, of the last steps as they
  /// are: then growth with the position counts as a trend. Steady times as they are, are steady.
  [[nodiscard]] Steadiness judge_last(std::size_t count) const;
  [[nodiscard]] double last_ns() const { return steps_.empty() ? 0 : steps_.back().ns; }
  [[nodiscard]] std::size_t size() const { return steps_.size(); }

 private:
  std::vector<StepTime> steps_;
};

}  // namespace joulemark::worker
