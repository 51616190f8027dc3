// SPDX-License-Identifier: Apache-2.0
// Rows of `doctor`, as every sensor makes them.
#pragma once

#include <string>

#include "sensors/containment.h"

namespace joulemark::sensors {

/// The row of a scope, or with "" of the source as a whole: usable where `reason` is empty. Without
/// a remedy.
SensorStatus make_status(std::string sensor, std::string scope, std::string reason,
                         std::string detail);

/// The row of a scope that is not read because of what it contains, or what contains it. `role` is
/// not kCounted.
SensorStatus status_of_role(std::string sensor, std::string scope, Role role);

}  // namespace joulemark::sensors
