// SPDX-License-Identifier: Apache-2.0
#include "sensors/permissions.h"

#include <gmock/gmock.h>

namespace joulemark::sensors {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

SensorStatus status(const char* sensor, const char* scope, const char* reason) {
  return {.sensor = sensor,
          .scope = scope,
          .usable = *reason == '\0',
          .reason = reason,
          .detail = "permission denied",
          .remedy = std::string("mend ") + sensor};
}

TEST(Permissions, WhatMayNotBeReadIsAFindingWithTheRemedyOfItsRow) {
  const auto found = permission_findings(
      {status("powercap", "package-0", "eacces"), status("powercap", "dram-0", "eacces"),
       status("nvml", "", "absent"), status("meter", "wall", "unauthorised")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].code, "sensor_permission");
  EXPECT_EQ(found[0].severity, Severity::kWarning);
  EXPECT_THAT(found[0].message, HasSubstr("powercap may not be read: permission denied"));
  EXPECT_EQ(found[0].remedy, "mend powercap");
  EXPECT_EQ(found[1].remedy, "mend meter");
}

TEST(Permissions, ASourceWhoseEnergiesAnotherReadsIsNotMissed) {
  EXPECT_THAT(
      permission_findings({status("perf", "", "eacces"), status("powercap", "package-0", "")}),
      IsEmpty());
  EXPECT_THAT(permission_findings({status("nvml", "gpu-0", ""), status("ipmi", "node", "eacces")}),
              IsEmpty());
  EXPECT_EQ(permission_findings({status("perf", "", "eacces"), status("nvml", "gpu-0", "")}).size(),
            1U);
}

}  // namespace
}  // namespace joulemark::sensors
