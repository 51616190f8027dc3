// SPDX-License-Identifier: Apache-2.0
#include "sensors/role_status.h"

#include <utility>

namespace joulemark::sensors {

SensorStatus status_of_role(std::string sensor, std::string scope, Role role) {
  SensorStatus status;
  status.sensor = std::move(sensor);
  status.scope = std::move(scope);
  switch (role) {
    case Role::kContained:
      status.reason = "contained";
      status.detail = "part of a scope that is counted; not added again";
      break;
    case Role::kContainer:
      status.reason = "container";
      status.detail = "includes counted scopes, and what else differs between machines; not added";
      break;
    case Role::kDuplicate:
      status.reason = "duplicate";
      status.detail = "a second way to read the same counter; not added";
      break;
    case Role::kUnknown:
    case Role::kCounted:
      status.reason = "unknown";
      status.detail = "its name does not tell what it covers; not added";
      break;
  }
  return status;
}

}  // namespace joulemark::sensors
