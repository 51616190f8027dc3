// SPDX-License-Identifier: Apache-2.0
// Sensor "nvml": NVIDIA boards, as the driver's management library measures them.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// All boards, whatever CUDA_VISIBLE_DEVICES says: one scope "gpu-N" each, "module-N" where the
/// counter has the processor in it. Those with an energy counter are one sensor, those whose power
/// has to be integrated another, because they have to be read at different intervals.
Discovered find_nvml(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
