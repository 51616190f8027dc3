// SPDX-License-Identifier: Apache-2.0
// The flag of commands that go on without the engines that this machine has not.
#pragma once

#include "cli/command_line.h"
#include "cli/engine_checks.h"

namespace joulemark::cli {

inline void declare_skip_absent(Arguments& arguments, Arguments::Switch& skip_absent) {
  arguments.flag("--skip-absent", skip_absent,
                 "Go on without engines that are not installed; their rows say so");
}

inline AbsentEngines absent_engines(Arguments::Switch skip_absent) {
  return skip_absent == Arguments::Switch::kOn ? AbsentEngines::kSkipped : AbsentEngines::kRefused;
}

}  // namespace joulemark::cli
