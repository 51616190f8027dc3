// SPDX-License-Identifier: Apache-2.0
// The flag of `run`, `compare` and `measure` that asks for an estimate.
#pragma once

#include "cli/command_line.h"

namespace joulemark::cli {

inline void declare_estimate(Arguments& arguments, Arguments::Switch& estimate) {
  arguments.flag("--estimate", estimate,
                 "Add what published models say that the energy may be, as an interval: no "
                 "measurement, in no sum, never ranked");
}

}  // namespace joulemark::cli
