// SPDX-License-Identifier: Apache-2.0
// How an energy is written for people: "412.7 ± 4.1 J (measured, package+DRAM, perf)".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::verdict {

/// Standard uncertainties in what stands behind ±: 95 % of a normal distribution.
inline constexpr double kCoverageFactor = 1.96;

/// What ± means. Every output that shows one says it once.
inline constexpr const char* kUncertaintyNote =
    "± is the 95 % uncertainty (1.96 standard ones), without the sensors' calibration";

/// A value and its standard uncertainty, in `unit` ("J", "W").
struct Uncertain {
  double value = 0;
  std::optional<double> standard_u;
  const char* unit = "J";
};
/// "412.7 ± 4.1 J": ± kCoverageFactor standard uncertainties in two significant digits, the value
/// as far, with the SI prefix of the larger one. Without an uncertainty, or with one of 0, four
/// significant digits.
std::string uncertain_text(const Uncertain& shown);

/// "± 20 J, the same in every window", or that it is not known.
std::string calibration_text(std::optional<double> standard_j);

/// What a text of an energy says.
struct ShownEnergy {
  EnergyClass energy_class = EnergyClass::kAbsent;
  std::optional<double> joules = {};
  std::optional<double> standard_u = {};
  std::string covers = {};  ///< in short: "package+DRAM"; "" where nobody knows
  std::string sensor = {};  ///< "perf", "perf+nvml"
  std::string detail = {};  ///< why it is absent
  std::string per = {};     ///< "", " per token"
};
/// One scope.
ShownEnergy shown_scope(const Energy& energy);
/// The "total" of `energies`, which covers what of them it adds up.
ShownEnergy shown_total(const std::vector<Energy>& energies);

/// "412.7 ± 4.1 J (measured, package+DRAM, perf)", "≈ 410 J (estimated, …)", "— (not measured:
/// …)"; never a 0 for what is absent.
std::string energy_text(const ShownEnergy& shown);

/// The energies that the "total" among `energies` adds up: beside meters at the plug nothing else.
std::vector<const Energy*> parts_of_total(const std::vector<Energy>& energies);

/// "package+DRAM", "2×package+GPU" for the names of scopes.
std::string short_scopes(const std::vector<std::string>& scopes);

}  // namespace joulemark::verdict
