// SPDX-License-Identifier: Apache-2.0
// One NVIDIA board, as its driver tells of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sensors/boards/board.h"
#include "sensors/boards/nvml_library.h"

namespace joulemark::sensors {

/// A number that the driver gave, or its error.
using NvmlNumber = tl::expected<std::uint64_t, nvml::Return>;

/// Ways to ask for the energy counter.
enum class NvmlEnergy { kTotal, kField };
/// Ways to ask for power.
enum class NvmlPower {
  kAverage,  ///< of the last second
  kInstant,  ///< of a part of the last 0.1 s, which may be a quarter of it
  kUsage     ///< either, as the board's generation has it
};

/// What a board tells besides energy.
inline constexpr BoardLine kNvmlGauges[] = {
    {"board power", "W"},     {"utilisation", "%"}, {"memory controller", "%"},
    {"memory used", "bytes"}, {"SM clock", "MHz"},  {"temperature", "°C"},
    {"throttle", ""}};

/// A board by its cached handle. Once the driver has called it lost it is not asked again: its
/// answers never come back under the same handle, and asking can take long. Thread-safe.
class NvmlDevice {
 public:
  NvmlDevice(std::shared_ptr<const NvmlLibrary> library, nvml::Device handle)
      : library_(std::move(library)), handle_(handle) {}

  /// Millijoules since the driver was loaded.
  NvmlNumber energy_mj(NvmlEnergy way);
  NvmlNumber power_mw(NvmlPower way);
  /// Whether it is split into instances, all of which show the energy of the board.
  bool is_split();
  /// Processes with a compute context, the first of very many. The list takes milliseconds and the
  /// driver's lock: never while something is measured. None where the driver does not tell.
  std::vector<unsigned> compute_processes();
  /// "NVIDIA H100 PCIe"; "" when it does not say.
  std::string name();
  /// What it can say besides energy, in the order of kNvmlGauges. What it does not have it is asked
  /// for once, and left empty.
  void read_gauges(std::span<std::optional<double>> values);

  [[nodiscard]] bool is_lost() const { return lost_; }
  [[nodiscard]] const NvmlLibrary& library() const { return *library_; }

 private:
  template <class Function, class... Arguments>
  nvml::Return ask(Function* function, Arguments... arguments);
  nvml::Return noted(nvml::Return code);
  NvmlNumber field(unsigned id);
  enum class Gauge { kInstant, kUsage, kUtilization, kMemory, kClock, kTemperature, kThrottle };
  template <class Asks>
  bool has(Gauge gauge, Asks asks);
  std::optional<double> board_power();
  template <class Row, class List>
  std::vector<unsigned> list_processes(List* list);

  std::shared_ptr<const NvmlLibrary> library_;
  nvml::Device handle_;
  std::atomic<bool> lost_ = false;
  std::atomic<unsigned> lacks_ = 0;  ///< a bit for every Gauge that it does not have
};

}  // namespace joulemark::sensors
