// SPDX-License-Identifier: Apache-2.0
#include "sensors/sensor_status.h"

#include <utility>

namespace joulemark::sensors {
namespace {

/// A reason and what it means.
struct Explained {
  const char* reason;
  const char* detail;
};

Explained explained(Role role) {
  switch (role) {
    case Role::kContained:
      return {"contained", "part of a scope that is counted; not added again"};
    case Role::kContainer:
      return {"container",
              "includes counted scopes, and what else differs between machines; not added"};
    case Role::kDuplicate:
      return {"duplicate", "a second way to read the same counter; not added"};
    case Role::kUnknown:
    case Role::kCounted:
      break;
  }
  return {"unknown", "its name does not tell what it covers; not added"};
}

}  // namespace

SensorStatus make_status(std::string sensor, std::string scope, std::string reason,
                         std::string detail) {
  const bool usable = reason.empty();
  return {.sensor = std::move(sensor),
          .scope = std::move(scope),
          .usable = usable,
          .reason = std::move(reason),
          .detail = std::move(detail),
          .remedy = ""};
}

SensorStatus status_of_role(std::string sensor, std::string scope, Role role) {
  const auto [reason, detail] = explained(role);
  return make_status(std::move(sensor), std::move(scope), reason, detail);
}

}  // namespace joulemark::sensors
