// SPDX-License-Identifier: Apache-2.0
// What makes an experiment impossible or ambiguous, beyond the types of its settings.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "config/settings.h"
#include "joulemark/experiment.h"

namespace joulemark::config {

/// The largest number of trials of one experiment, and of configurations before exclusions.
inline constexpr std::size_t kMaxTrials = 1'000'000;
inline constexpr std::size_t kMaxConfigurations = 10'000;

/// One thing that is wrong. `path` is where, as the file would say it: "factors.threads[1]",
/// "model[0].name", "exclude[0].engine", "engine.onnxruntime.spin"; `message` is the rest of a
/// sentence that begins with it: "lists 2 twice".
struct Issue {
  std::string path;
  std::string message;
};

/// Line and column of a key or value, from 1.
struct Position {
  unsigned line = 1;
  unsigned column = 1;
  bool operator==(const Position&) const = default;
};

/// At most this many issues are worth reading at once.
inline constexpr std::size_t kMaxReportedIssues = 10;

/// Everything that is wrong with the experiment, in the order of the file; empty when it is valid.
std::vector<Issue> find_issues(const Experiment& experiment);

/// "must be 1 to 4096, not 0", or "" when the number is within the bounds of the setting.
std::string bounds_issue(const Setting& setting, double value);

/// kUsage with the first issues, one a line; the subject is the command line's flag where there is
/// one: "--threads lists 2 twice".
Status validate(const Experiment& experiment);

}  // namespace joulemark::config
