// SPDX-License-Identifier: Apache-2.0
// What an experiment leaves unmeasured because of what its first blocks have shown.
#pragma once

#include <map>
#include <set>
#include <string>

#include "joulemark/result.h"
#include "plan/attempts.h"
#include "plan/dismissed.h"
#include "stats/interval.h"
#include "verdict/metric.h"

namespace joulemark::verdict {

using plan::CellName;

/// A configuration that is out of reach of the best one, and so is not measured any more.
struct LeftOut {
  int blocks = 0;         ///< it was in the first so many blocks
  std::string against;    ///< label of the configuration that was best then
  MetricId metric{};      ///< that ranked then
  stats::Interval ratio;  ///< to `against`; of a race's intervals (stats/race.h)
};

/// What the trials so far have decided about further ones.
struct Adaptation {
  std::map<CellName, LeftOut> left_out;
  std::map<std::string, int> ended;  ///< models that need no more blocks, and after how many
  /// Blocks of `experiment` that hold the configuration of the model.
  [[nodiscard]] int blocks_of(const Experiment& experiment, const CellName& cell) const;
};

struct Judgement;
struct ModelVerdict;

/// Decides block by block. A decision depends on the trials of the blocks before it and on nothing
/// else, so that a resumed run comes to the same.
class Adaptive {
 public:
  explicit Adaptive(Experiment experiment);
  /// Whether `experiment` asks for anything that is decided here.
  static bool is_asked_for(const Experiment& experiment);
  /// Goes on through those of the first `blocks` blocks that are complete in `record`, from where
  /// it stood: in a complete one no attempt is due any more. Trials of a block that it went through
  /// must not change any more. Durations and
  /// series play no part: what a stored summary decides, everything does.
  const Adaptation& follow(const ExperimentRecord& record, int blocks);

 private:
  [[nodiscard]] bool is_complete(const std::map<CellName, plan::Attempts>& attempts) const;
  void look();
  void end(const Judgement& judgement, const ModelVerdict& model);

  ExperimentRecord prefix_;  ///< the blocks so far
  int blocks_ = 0;           ///< in it
  plan::Dismissed dismissed_;
  Adaptation adaptation_;
  std::set<std::string> precise_;  ///< models whose ratios were known well enough one block ago
};

/// All that `record` has decided.
Adaptation adaptation_of(const ExperimentRecord& record);

}  // namespace joulemark::verdict
