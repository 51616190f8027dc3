// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/amd_library.h"

#include <cmath>

namespace joulemark::sensors {
namespace {

constexpr double kFirmwareUnitJ = 1.0 / 65536;
/// Of 15.3 instead of 15.259, with room.
constexpr double kRounding = 0.005;
constexpr double kMicro = 1e-6;

}  // namespace

const char* to_string(AmdFault fault) {
  switch (fault) {
    case AmdFault::kNotSupported:
      return "not supported";
    case AmdFault::kNotPermitted:
      return "permission denied";
    case AmdFault::kNoFunction:
      return "the library lacks the function";
    case AmdFault::kGone:
      return "the board is gone";
    case AmdFault::kOther:
      break;
  }
  return "the driver reports an error";
}

AmdAnswer<double> amd_unit_j(float microjoules) {
  const double unit_j = static_cast<double>(microjoules) * kMicro;
  constexpr double kLargestJ = 1;
  if (!(unit_j > 0 && unit_j <= kLargestJ)) return tl::unexpected(AmdFault::kOther);
  return std::abs(unit_j / kFirmwareUnitJ - 1) < kRounding ? kFirmwareUnitJ : unit_j;
}

}  // namespace joulemark::sensors
