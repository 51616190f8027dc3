// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_board.h"

#include <fmt/format.h>

#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

SensorStatus refusal(const std::string& scope, const char* reason, std::string detail) {
  return make_status("nvml", scope, reason, std::move(detail));
}

const char* reason_of(nvml::Return code) {
  switch (code) {
    case nvml::kNotSupported:
      return "not_supported";
    case nvml::kFunctionNotFound:
      return "symbol_missing";
    case nvml::kNoPermission:
      return "eacces";
    case nvml::kGpuIsLost:
    case nvml::kResetRequired:
    case nvml::kGpuNotFound:
      return "lost";
    default:
      return "unreadable";
  }
}

SensorStatus split_status(const std::string& scope, unsigned index) {
  SensorStatus status =
      refusal(scope, "mig",
              "it is split into instances (MIG), each of which shows the energy of "
              "the whole board; what is measured may not be alone on it");
  status.remedy = fmt::format("sudo nvidia-smi -i {} -mig 0", index);
  return status;
}

SensorStatus silent_status(const std::string& scope, NvmlDevice& device) {
  const NvmlNumber power = device.power_mw(NvmlPower::kUsage);
  const std::string why =
      power ? fmt::format("{} mW is no power of a board", *power) : nvml_error_text(power.error());
  return refusal(scope, power ? "unreadable" : reason_of(power.error()),
                 "it has no energy counter, and its power cannot be read: " + why);
}

/// The counter has no gaps and no window; the call is older than the field.
std::optional<NvmlEnergy> find_counter(NvmlDevice& device) {
  for (const NvmlEnergy way : {NvmlEnergy::kTotal, NvmlEnergy::kField})
    if (device.energy_mj(way)) return way;
  return std::nullopt;
}

/// The average comes first: the other fields see a part of the time, and a load that repeats as
/// they are updated shows them always the same part of itself.
std::optional<NvmlPower> find_power(NvmlDevice& device) {
  for (const NvmlPower way : {NvmlPower::kAverage, NvmlPower::kInstant, NvmlPower::kUsage})
    if (board_watts(device, way)) return way;
  return std::nullopt;
}

/// The counter of a Grace Hopper module counts its processor and memory too.
void widen_to_module(ScopeInfo& scope, const std::string& name) {
  if (name.find("GH200") == std::string::npos) return;
  scope.domain = Domain::kModule;
  scope.scope = "module-" + scope.device;
}

}  // namespace

ScopeInfo nvml_scope(const std::string& device) {
  return {"gpu-" + device, Domain::kGpu, device};
}

std::optional<double> board_watts(NvmlDevice& device, NvmlPower way) {
  const NvmlNumber milliwatts = device.power_mw(way);
  if (!milliwatts || *milliwatts == 0) return std::nullopt;
  const double watts = static_cast<double>(*milliwatts) * 1e-3;
  return watts <= kMostBoardWatts ? std::optional(watts) : std::nullopt;
}

tl::expected<NvmlBoard, SensorStatus> open_nvml_board(
    const std::shared_ptr<const NvmlLibrary>& library, unsigned index,
    const std::filesystem::path& root) {
  NvmlBoard board{.scope = nvml_scope(std::to_string(index))};
  const std::string& scope = board.scope.scope;
  nvml::Device handle = nullptr;
  const nvml::Return code = library->functions().handle(index, &handle);
  if (code != nvml::kSuccess)
    return tl::unexpected(
        refusal(scope, reason_of(code),
                fmt::format("the driver does not open it: {}", nvml_error_text(code))));
  board.device = std::make_shared<NvmlDevice>(library, handle);
  if (board.device->is_split()) return tl::unexpected(split_status(scope, index));
  board.energy = find_counter(*board.device);
  const auto power = find_power(*board.device);
  if (!board.energy && !power) return tl::unexpected(silent_status(scope, *board.device));
  board.power = power.value_or(NvmlPower::kUsage);
  if (board.energy) widen_to_module(board.scope, board.device->name());
  board.sharing = std::make_shared<NvmlSharing>(board.device, root);
  return board;
}

}  // namespace joulemark::sensors
