// SPDX-License-Identifier: Apache-2.0
// The command line of `compare` as an experiment: its flags come from the settings table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "joulemark/experiment.h"

namespace joulemark::cli {

/// The texts of all flags that set something in an experiment.
class ExperimentFlags {
 public:
  /// Declares MODEL… and a flag for every row of the settings table that has one.
  void declare(Arguments& arguments);

  /// The experiment that the flags make: names filled in, paths absolute. Not yet validated. kUsage
  /// for a text that is no value of its flag.
  [[nodiscard]] Result<Experiment> experiment() const;

 private:
  std::vector<std::string> models_;
  std::map<std::string, std::vector<std::string>> texts_;  ///< by flag; addresses must be stable
  std::string python_;
};

/// "NAME=1x3x224x224" → name and dims; kUsage otherwise.
Result<std::pair<std::string, std::vector<std::int64_t>>> parse_shape(const std::string& text);

/// "engine=openvino,threads=4"; kUsage otherwise.
Result<Exclusion> parse_exclusion(const std::string& text);

/// "onnxruntime@1.31.spin=0": engine, key and value.
struct EngineOption {
  std::string engine, key, value;
};
Result<EngineOption> parse_engine_option(const std::string& text);

/// "onnxruntime=DIR": engine and folder.
Result<std::pair<std::string, std::string>> parse_engine_root(const std::string& text);

/// All `--engine-root` texts of a command, folders made absolute.
Result<std::map<std::string, std::string>> parse_engine_roots(
    const std::vector<std::string>& texts);

}  // namespace joulemark::cli
