// SPDX-License-Identifier: Apache-2.0
// How often a reported interval of energy holds the truth, and how wide it is beside what it had
// to be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/machine.h"

namespace joulemark::sim {

/// A window on a load.
struct LoadSetup {
  Random& random;
  double begin_s;  ///< of the window
  double window_s;
};

/// A kind of load for the harness: a waveform of about 200 W at its height, with everything random
/// that may be. `make` gives the text for `Waveform::parse`.
struct CoverageLoad {
  const char* name;
  std::string (*make)(LoadSetup& setup);
};
const std::vector<CoverageLoad>& coverage_loads();

struct CoverageCase {
  Machine machine;
  std::string scope = "total";  ///< one that a sensor and the machine call the same
  const CoverageLoad* load = nullptr;
  double window_s = 1;
  int runs = 500;
  std::uint64_t seed = 1;
  std::filesystem::path folder;  ///< for the trees; has to be there
};

/// Of the energies of many windows. The smallest honest interval is the one of constant width
/// around the reported joules that holds the truth in 95 % of these runs: twice the 95th percentile
/// of the errors' sizes. It takes knowing the truth, so no sensor can report less and be right.
struct Coverage {
  int runs = 0;
  int absent = 0;  ///< runs without an energy
  int held = 0;    ///< runs whose interval, joules ± 1.96 u, holds the truth
  double mean_joules = 0;
  double mean_error_j = 0;  ///< reported less true: the bias
  double mean_width_j = 0;
  double honest_width_j = 0;

  [[nodiscard]] double share_held() const;
};

/// Every run has a world of its own, whose updates begin at a random part of their period, and one
/// window that begins at a random time, seen by the sensors that `sensors::discover` finds.
Result<Coverage> measure_coverage(const CoverageCase& setup);

}  // namespace joulemark::sim
