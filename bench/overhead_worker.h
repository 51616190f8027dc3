// SPDX-License-Identifier: Apache-2.0
// One trial of the real worker, driven over its protocol.
#pragma once

#include <filesystem>
#include <string>

#include "joulemark/experiment.h"

namespace joulemark::bench {

struct TrialRequest {
  std::filesystem::path worker;
  EngineInstall install;
  std::string model;
  int threads = 1;
  double seconds = 1;
  std::filesystem::path inputs;  ///< folder with input_k.pb
};

/// The p50 of an iteration in nanoseconds. Ends the program with a message when anything fails.
double worker_p50_ns(const TrialRequest& request);

}  // namespace joulemark::bench
