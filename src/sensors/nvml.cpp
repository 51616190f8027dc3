// SPDX-License-Identifier: Apache-2.0
// Finds the boards, and says of each that is not used why.
#include "sensors/nvml.h"

#include <fmt/format.h>

#include "sensors/containment.h"
#include "sensors/nvml_power_sensor.h"
#include "sensors/nvml_sensor.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

/// No machine has more boards; who says so is not believed.
constexpr unsigned kMostBoards = 256;

SensorStatus status_of(const std::string& scope, const std::string& reason, std::string detail) {
  return make_status("nvml", scope, reason, std::move(detail));
}

/// Whether the kernel's part of the driver is there, and with it a board.
bool has_device(const fs::path& root) {
  std::error_code ignored;
  return fs::exists(root / "proc/driver/nvidia", ignored) ||
         fs::exists(root / "dev/nvidia0", ignored);
}

SensorStatus failure_status(const NvmlFailure& failure, const fs::path& root) {
  using Kind = NvmlFailure::Kind;
  if (!has_device(root)) return status_of("", "absent", "there is no NVIDIA board with a driver");
  if (failure.kind == Kind::kSymbols)
    return status_of("", "symbol_missing", failure.detail + "; the driver is too old");
  SensorStatus status = status_of("", "unreadable", failure.detail);
  if (failure.kind == Kind::kMissing) {
    status.reason = "lib_missing";
    status.remedy =
        "install the driver's libraries (libnvidia-compute), or start the container with --gpus "
        "all";
  } else if (failure.code == nvml::kNoPermission) {
    status.reason = "eacces";
    status.remedy = "sudo chmod a+rw /dev/nvidiactl /dev/nvidia[0-9]*";
  } else if (failure.code == nvml::kVersionMismatch) {
    status.remedy = "sudo reboot";
  }
  return status;
}

/// The boards that are measured, by the way in which.
struct Boards {
  std::vector<NvmlBoard> with_counter;
  std::vector<NvmlBoard> with_power;
};

/// Whether `board` may be counted beside what is read already; its row, where not.
bool is_free(const NvmlBoard& board, const std::vector<ScopeInfo>& claimed, Discovered& found) {
  const Role role = role_beside(board.scope, claimed);
  if (role == Role::kCounted) return true;
  const char* reason = role == Role::kContained ? "contained" : "duplicate";
  found.statuses.push_back(
      status_of(board.scope.scope, reason, "its energy is read in another way; not added again"));
  return false;
}

Boards open_boards(const std::shared_ptr<const NvmlLibrary>& library, unsigned count,
                   const std::vector<ScopeInfo>& claimed, Discovered& found) {
  Boards boards;
  for (unsigned index = 0; index < count; ++index) {
    auto board = open_nvml_board(library, index);
    if (!board) {
      found.statuses.push_back(std::move(board.error()));
    } else if (is_free(*board, claimed, found)) {
      (board->energy ? boards.with_counter : boards.with_power).push_back(*std::move(board));
    }
  }
  return boards;
}

template <class MeasuringSensor>
void add_sensor(const std::vector<NvmlBoard>& boards, Clock* clock, Discovered& found) {
  if (boards.empty()) return;
  auto sensor = std::make_unique<MeasuringSensor>(boards, clock);
  sensor->calibrate();
  for (std::size_t i = 0; i < boards.size(); ++i) {
    found.statuses.push_back(
        status_of(boards[i].scope.scope, "",
                  fmt::format("{}; driver {}{}", sensor->describe(i),
                              boards[i].device->library().driver_version(), boards[i].note)));
  }
  found.sensors.push_back(std::move(sensor));
}

}  // namespace

Discovered find_nvml(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  const auto library = NvmlLibrary::open(
      library_paths(environment.nvml_library, environment.root, {"libnvidia-ml.so.1"}));
  if (!library) {
    found.statuses.push_back(failure_status(library.error(), environment.root));
    return found;
  }
  unsigned count = 0;
  const nvml::Return code = (*library)->functions().count(&count);
  if (code != nvml::kSuccess || count > kMostBoards) {
    found.statuses.push_back(status_of(
        "", "unreadable",
        code != nvml::kSuccess
            ? fmt::format("the driver does not list its boards: {}", nvml_error_text(code))
            : fmt::format("the driver lists {} boards, which no machine has", count)));
    return found;
  }
  if (count == 0)
    found.statuses.push_back(status_of("", "absent", "the NVIDIA driver lists no board"));
  const Boards boards = open_boards(*library, count, claimed, found);
  add_sensor<NvmlSensor>(boards.with_counter, environment.clock, found);
  add_sensor<NvmlPowerSensor>(boards.with_power, environment.clock, found);
  return found;
}

}  // namespace joulemark::sensors
