// SPDX-License-Identifier: Apache-2.0
// Whether two sources tell the same of the same scopes.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// Looks at the counters that both perf and powercap show, for a fifth of a second. Where they
/// differ by more than 2 %, and by more than their uncertainties explain, the details of both rows
/// say so. It takes half a second where both can be read, and no time elsewhere.
void check_agreement(const SensorEnvironment& environment, Discovered& found);

}  // namespace joulemark::sensors
