// SPDX-License-Identifier: Apache-2.0
// Sensors "amdsmi" and "rocmsmi": AMD boards, as the libraries of their driver measure them.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// All boards, one scope "amd-gpu-N" each, "amd-module-N" where the counter has the processor in
/// it.
Discovered find_amdsmi(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

/// The same boards by the older library; only where the newer one is missing.
Discovered find_rocmsmi(const SensorEnvironment& environment,
                        const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
