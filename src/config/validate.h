// SPDX-License-Identifier: Apache-2.0
// What makes an experiment impossible or ambiguous, beyond the types of its settings.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"

namespace joulemark::config {

/// The largest number of trials of one experiment.
inline constexpr std::size_t kMaxTrials = 1'000'000;

/// One thing that is wrong. `path` is where, as the file would say it: "factors.threads[1]",
/// "model[0].name", "exclude[0].engine", "engine.onnxruntime.spin".
struct Issue {
  std::string path;
  std::string message;
};

/// Everything that is wrong with the experiment, in the order of the file; empty when it is valid.
std::vector<Issue> find_issues(const Experiment& experiment);

/// kUsage with up to ten issues, one a line, each "PATH: MESSAGE".
Status validate(const Experiment& experiment);

}  // namespace joulemark::config
