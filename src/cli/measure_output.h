// SPDX-License-Identifier: Apache-2.0
// What `measure` says of the runs of a command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run/measured_command.h"

namespace joulemark::cli {

/// Runs of one command, at least one.
struct MeasuredCommand {
  std::vector<std::string> words;
  std::vector<run::CommandRun> runs;
  /// Where it was asked for: mean power before the first run and after the last.
  std::optional<run::IdlePower> idle_before, idle_after;
  bool idle_wanted = false;
  std::string simulated;  ///< the name of the machine, where it is simulated
};

/// One line of JSON; docs/json-output.md has the keys.
std::string measure_json(const MeasuredCommand& measured);

/// The same for people.
std::string measure_text(const MeasuredCommand& measured);

}  // namespace joulemark::cli
