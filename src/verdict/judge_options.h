// SPDX-License-Identifier: Apache-2.0
// What a judgement is asked for beyond the default.
#pragma once

#include <optional>
#include <vector>

#include "verdict/constraint.h"
#include "verdict/metric.h"

namespace joulemark::verdict {

struct JudgeOptions {
  /// What ranks; of smaller values is better. Of a language model per generated token. Empty:
  /// energy where all measured it, else time (at a fixed rate, the latency's p95).
  std::optional<MetricId> objective;
  /// Configurations that miss one of them are listed with the reason and not ranked.
  std::vector<Constraint> constraints;
};

}  // namespace joulemark::verdict
