// SPDX-License-Identifier: Apache-2.0
// One trial of the real worker, driven over its protocol.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"
#include "joulemark/experiment.h"

namespace joulemark::bench {

struct TrialRequest {
  std::filesystem::path worker;
  EngineInstall install;
  std::string model;
  int threads = 1;
  double seconds = 1;
  std::filesystem::path inputs;          ///< folder with input_k.pb
  std::filesystem::path reference = {};  ///< folder with output_k.pb; empty: nothing is compared
  int batch = 1;
  int min_iterations = 10;
  std::map<std::string, std::string> options = {};  ///< the engine's own
};

struct Trial {
  double p50_ns = 0;  ///< of an iteration
  double cpu_ns = 0;  ///< of an iteration, all threads: what a busy machine changes little
  std::int64_t peak_bytes = 0;  ///< largest resident set of the worker
  std::string unlike;           ///< how its answer differs from the reference; "" when it agrees
};

/// Fails with what the worker says, or that it has died.
Result<Trial> run_trial(const TrialRequest& request);

/// Writes the engine's answer to the inputs, output_k.pb, into `folder`. `seconds` is not looked
/// at.
Status write_answer(const TrialRequest& request, const std::filesystem::path& folder);

/// The p50 of an iteration in nanoseconds. Ends the program with a message when anything fails.
double worker_p50_ns(const TrialRequest& request);

}  // namespace joulemark::bench
