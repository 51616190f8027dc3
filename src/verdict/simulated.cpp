// SPDX-License-Identifier: Apache-2.0
#include "verdict/simulated.h"

#include <fmt/format.h>

namespace joulemark::verdict {

std::optional<std::string> simulated_machine(const ExperimentRecord& record) {
  for (const HostFingerprint& host : record.hosts)
    for (const auto& [name, value] : host.facts)
      if (name == kSimulatedMachineFact) return value;
  return std::nullopt;
}

std::optional<std::string> simulated_caveat(const ExperimentRecord& record) {
  const auto machine = simulated_machine(record);
  if (!machine) return std::nullopt;
  return fmt::format(
      "measured on the simulated machine '{}': its energy is scripted, and says nothing about "
      "these "
      "configurations",
      *machine);
}

}  // namespace joulemark::verdict
