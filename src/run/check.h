// SPDX-License-Identifier: Apache-2.0
// Runs many small test cases of one engine in a few worker processes; a crash never stops the rest.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"
#include "run/worker_runner.h"

namespace joulemark::run {

/// How one case ended.
struct CheckCase {
  std::string name;  ///< see `case_names`
  std::filesystem::path directory;
  std::string status;             ///< "pass", "fail", "unsupported", "crashed"
  std::optional<double> max_abs;  ///< empty where there is no number; then why, in a word
  std::optional<double> max_rel;
  std::string max_abs_reason;  ///< as in model::Difference, or "not_compared"
  std::string max_rel_reason;
  std::string reason;  ///< empty when it passed
};

struct CheckOptions {
  EngineInstall install;
  std::string provider = "cpu";
  int jobs = 1;  ///< worker processes at a time
  double case_time_limit_s =
      60;  ///< then the worker is killed and the case is "crashed" (time limit)
  std::optional<double> rtol = {};  ///< empty: the worker's tolerance for the dtype
  std::optional<double> atol = {};
  /// Called for every case when its result is final, from one thread at a time, in the order they
  /// end.
  std::function<void(const CheckCase&)> on_case = {};
};

/// The cases at or below `directory`, sorted by path, also those below another case: folders that
/// hold `model.onnx` or a `test_data_set_*`. One that holds only either is a case that fails, lest
/// nobody misses it. kUsage when `directory` is no folder or holds none, kFailed when it cannot be
/// read. Symbolic links to folders below it are not followed.
Result<std::vector<std::filesystem::path>> find_cases(const std::filesystem::path& directory);

/// What a case's folder lacks: "it has no model.onnx"; "" for a whole case.
std::string missing_part(const std::filesystem::path& directory);

/// What to call each of `dirs`: the folder's name, with as many of its parents as it takes to tell
/// it from the others.
std::vector<std::string> case_names(const std::vector<std::filesystem::path>& dirs);

struct CheckRun {
  std::vector<CheckCase> cases;  ///< in the order of `dirs`; when interrupted, those that ended
  bool interrupted = false;
};

/// A worker serves many cases; a case that kills its worker or exceeds the limit is tried once more
/// alone in a fresh worker and is "crashed" when that ends the same way. A time-out in a worker
/// that had served nothing else is final. Fails when no worker can be started or the engine cannot
/// be opened; ends early when `stop` is set.
Result<CheckRun> check_cases(const std::vector<std::filesystem::path>& dirs,
                             const CheckOptions& options, WorkerRunner& workers,
                             const std::atomic<bool>& stop);

}  // namespace joulemark::run
