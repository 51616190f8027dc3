// SPDX-License-Identifier: Apache-2.0
// Finds the boards, and says of each that is not used why.
#include "sensors/boards/nvml.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "sensors/boards/board_sensor.h"
#include "sensors/boards/counter_trial.h"
#include "sensors/boards/nvml_meter.h"
#include "sensors/containment.h"
#include "sensors/scope_reading.h"
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

/// The boards that are measured, by the way in which, and the rows of those that are not.
struct Boards {
  std::vector<NvmlBoard> with_counter;
  std::vector<NvmlBoard> with_power;
  std::vector<SensorStatus> refused;
};

/// Leaves out of `boards` what is read already, with a row for each.
void keep_free(std::vector<NvmlBoard>& boards, const std::vector<ScopeInfo>& claimed,
               Discovered& found) {
  std::erase_if(boards, [&](const NvmlBoard& board) {
    const Role role = role_beside(board.scope, claimed);
    if (role == Role::kCounted) return false;
    const char* reason = role == Role::kContained ? "contained" : "duplicate";
    found.statuses.push_back(
        status_of(board.scope.scope, reason, "its energy is read in another way; not added again"));
    return true;
  });
}

Boards open_boards(const std::shared_ptr<const NvmlLibrary>& library, unsigned count,
                   const fs::path& root) {
  Boards boards;
  for (unsigned index = 0; index < count; ++index) {
    auto board = open_nvml_board(library, index, root);
    if (!board) {
      boards.refused.push_back(std::move(board.error()));
    } else {
      (board->energy ? boards.with_counter : boards.with_power).push_back(*std::move(board));
    }
  }
  return boards;
}

/// The board's average may still remember a load that has ended, so that the present power is asked
/// for too.
void see_power(const std::vector<NvmlBoard>& boards, std::vector<CounterTrial>& trials) {
  for (std::size_t i = 0; i < boards.size(); ++i)
    for (const NvmlPower way : {boards[i].power, NvmlPower::kInstant})
      trials[i].see(board_watts(*boards[i].device, way));
}

/// Calibrates `sensor`, which is one of `boards`, and holds its counters against the power gauges.
std::vector<CounterTrial> try_counters(CounterSensor& sensor,
                                       const std::vector<NvmlBoard>& boards) {
  std::vector<CounterTrial> trials(boards.size());
  see_power(boards, trials);
  const auto begin = sensor.read();
  sensor.calibrate(kBoardPolling);
  const auto end = sensor.read();
  see_power(boards, trials);
  for (std::size_t i = 0; i < boards.size(); ++i) {
    const CounterReading* first = find_scope(begin, boards[i].scope.scope);
    const CounterReading* last = find_scope(end, boards[i].scope.scope);
    if (first == nullptr || last == nullptr) continue;
    trials[i].joules = last->joules - first->joules;
    trials[i].seconds = to_seconds(last->t_after_ns - first->t_after_ns);
  }
  return trials;
}

/// Without a gauge there is nothing to hold against the counter, nor to use instead of it: a board
/// that sleeps may count later. The gauge of a module may be that of its accelerator alone.
bool is_doubtful(const NvmlBoard& board, const CounterTrial& trial) {
  if (!trial.least_watts) return false;
  const CounterVerdict verdict = judge(trial);
  return verdict == CounterVerdict::kFrozen ||
         (verdict == CounterVerdict::kDisagrees && board.scope.domain != Domain::kModule);
}

/// Moves the boards whose counter is not believed to those whose power is integrated. The answer is
/// the sensor of the others; null where there are none.
std::unique_ptr<CounterSensor> trusted_counters(Boards& boards, Clock* clock) {
  if (boards.with_counter.empty()) return nullptr;
  auto sensor = nvml_counters(boards.with_counter, clock);
  const auto trials = try_counters(*sensor, boards.with_counter);
  std::vector<NvmlBoard> trusted;
  std::vector<bool> is_left_out;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    NvmlBoard& board = boards.with_counter[i];
    is_left_out.push_back(is_doubtful(board, trials[i]));
    if (is_left_out.back()) {
      board.doubt = doubt(trials[i]);
      // The gauge of a module is that of its accelerator.
      board.scope = nvml_scope(board.scope.device);
      boards.with_power.push_back(board);
    } else {
      trusted.push_back(board);
    }
  }
  boards.with_counter = std::move(trusted);
  if (boards.with_counter.empty()) return nullptr;
  sensor->leave_out(is_left_out);
  return sensor;
}

SensorStatus usable_status(const NvmlBoard& board, const std::string& how) {
  const std::string shared = board.sharing->text();
  return status_of(board.scope.scope, "",
                   fmt::format("{}; driver {}{}{}", how, board.device->library().driver_version(),
                               shared.empty() ? "" : "; ", shared));
}

void add_counters_of(const std::vector<NvmlBoard>& boards, std::unique_ptr<CounterSensor> sensor,
                     Clock* clock, Discovered& found) {
  for (std::size_t i = 0; i < boards.size(); ++i)
    found.statuses.push_back(usable_status(boards[i], describe_counter(sensor->cadence_of(i))));
  found.sensors.push_back(std::make_unique<BoardSensor>(boards_of(boards), std::move(sensor),
                                                        BoardSensor::Options{.clock = clock}));
}

void add_powers_of(const std::vector<NvmlBoard>& boards, Clock* clock, Discovered& found) {
  SystemClock system_clock;
  const auto cadences = watch_powers(boards, clock != nullptr ? *clock : system_clock);
  for (std::size_t i = 0; i < boards.size(); ++i)
    found.statuses.push_back(usable_status(boards[i], describe_power(boards[i], cadences[i])));
  auto sensor = nvml_powers(boards, clock);
  const double interval_s = sensor->max_read_interval_s();
  found.sensors.push_back(std::make_unique<BoardSensor>(
      boards_of(boards), std::move(sensor),
      BoardSensor::Options{.sample_interval_s = interval_s,
                           .rest_s = 0,
                           .after_window = BoardSensor::AfterWindow::kReadOn,
                           .clock = clock}));
}

/// How many boards the driver lists; the error is a sentence.
tl::expected<unsigned, std::string> count_boards(const NvmlLibrary& library) {
  unsigned count = 0;
  if (const nvml::Return code = library.functions().count(&count); code != nvml::kSuccess)
    return tl::unexpected(
        fmt::format("the driver does not list its boards: {}", nvml_error_text(code)));
  if (count > kMostBoards)
    return tl::unexpected(fmt::format("the driver lists {} boards, which no machine has", count));
  return count;
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
  const auto count = count_boards(**library);
  if (!count) {
    found.statuses.push_back(status_of("", "unreadable", count.error()));
    return found;
  }
  if (*count == 0)
    found.statuses.push_back(status_of("", "absent", "the NVIDIA driver lists no board"));
  Boards boards = open_boards(*library, *count, environment.root);
  std::move(boards.refused.begin(), boards.refused.end(), std::back_inserter(found.statuses));
  keep_free(boards.with_counter, claimed, found);
  keep_free(boards.with_power, claimed, found);
  Clock* clock = environment.clock;
  if (auto sensor = trusted_counters(boards, clock))
    add_counters_of(boards.with_counter, std::move(sensor), clock, found);
  if (!boards.with_power.empty()) add_powers_of(boards.with_power, clock, found);
  return found;
}

}  // namespace joulemark::sensors
