// SPDX-License-Identifier: Apache-2.0
// From an experiment to its answer on the screen: what `compare` and `run` share.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/experiment_checks.h"
#include "cli/preflight.h"
#include "cli/resume.h"
#include "run/progress.h"

namespace joulemark::cli {

/// Options that say nothing about the experiment.
struct MeasurementOptions {
  std::string store = "joulemark.sqlite";
  std::string html;             ///< file of the page to write at the end; "" for none
  std::string experiment_file;  ///< where the experiment was read from; "" without a file
  std::string root = "/";       ///< where /sys and /proc are looked for
  Arguments::Switch json = Arguments::Switch::kOff;
  Arguments::Switch quiet = Arguments::Switch::kOff;
  Arguments::Switch estimate = Arguments::Switch::kOff;
  Arguments::Switch prepare = Arguments::Switch::kOff;
  Arguments::Switch skip_absent = Arguments::Switch::kOff;
  PreflightFlags preflight;
  Resume resume;  ///< of `run` alone

  void declare(Arguments& arguments);
  [[nodiscard]] run::ProgressStyle progress_style() const;
  [[nodiscard]] AbsentEngines absent() const;
};

/// Checks an experiment that is right in itself against this machine (engines, CPUs, where the
/// output goes), prepares the machine where that is asked for, says what on it disturbs or refuses,
/// measures, prints the report, and says on stderr where everything is kept. Finished trials are
/// kept whatever happens. kExitFailed when a trial was not ok, kExitInterrupted after a signal.
Result<int> measure(const CheckedExperiment& checked, const MeasurementOptions& options);

}  // namespace joulemark::cli
