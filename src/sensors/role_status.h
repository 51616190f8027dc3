// SPDX-License-Identifier: Apache-2.0
// The row of a scope that is not read because of what it contains, or what contains it.
#pragma once

#include <string>

#include "sensors/containment.h"

namespace joulemark::sensors {

/// `role` is not kCounted.
SensorStatus status_of_role(std::string sensor, std::string scope, Role role);

}  // namespace joulemark::sensors
