// SPDX-License-Identifier: Apache-2.0
// The two things that `joulemark export` writes: a model for an engine, and trials as CSV.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"

namespace joulemark::cli {

/// What `export` was asked for.
struct Export {
  std::string source;  ///< a model, or a store
  std::string output;
  // Of a model.
  std::string to;
  std::string optimize = "none";
  std::vector<std::string> roots;
  // Of trials.
  Arguments::Switch csv = Arguments::Switch::kOff;
  Arguments::Switch calls = Arguments::Switch::kOff;
  std::optional<std::int64_t> experiment;
};

Result<int> export_model(Export command);
Result<int> export_trials(const Export& command);

}  // namespace joulemark::cli
