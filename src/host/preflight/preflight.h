// SPDX-License-Identifier: Apache-2.0
// What on a machine disturbs a measurement, looked for before one.
#pragma once

#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "host/preflight/checks.h"

namespace joulemark::host {

struct PreflightOptions {
  std::filesystem::path root = "/";
  std::vector<Place> places = {};
  SystemFacts system = system_facts("/");
  /// The checks that have not begun after so long of work are left out, with a finding that says
  /// so.
  double budget_s = 0.5;
};

/// Two looks at a machine, some tenths of a second apart. Changes nothing, and never fails: what
/// cannot be read is not found.
class Preflight {
 public:
  /// Looks for the first time. `clock` is borrowed.
  Preflight(PreflightOptions options, Clock& clock);

  /// Looks again, a quarter of a second after the first time or later, and checks: what was found.
  Findings look_again();

 private:
  PreflightOptions options_;
  Clock& clock_;
  MachineMoment before_;
  Nanoseconds worked_ = 0;
};

}  // namespace joulemark::host
