// SPDX-License-Identifier: Apache-2.0
// How warm a machine is, how fast it is clocked, and what slows it down, at one moment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"
#include "sensors/sampling/gauges.h"

namespace joulemark::sensors {

/// What cannot be read is empty.
struct MachineLook {
  Nanoseconds at = 0;
  std::optional<double> temperature_c = {};  ///< of the hottest: the processor or a board
  /// The processor's mean clock in MHz and those of the boards; always the same ones.
  std::vector<std::optional<double>> clocks_mhz = {};
  std::optional<double> throttles = {};  ///< times that the processor was slowed down for heat
  bool board_is_slowed = false;  ///< now, for heat or by its power supply; a power limit is none
};

/// Whether the boards' clocks are looked at: those that nobody uses rest whenever they like.
enum class BoardClocks { kLeftOut, kLookedAt };

/// Looks at one machine, as often as it is asked. Finds the files of `root` once. For moments
/// outside of a window: a look asks the boards' drivers and reads a file or two of each processor.
class MachineEye {
 public:
  /// `sensors` are borrowed.
  MachineEye(const std::filesystem::path& root, const std::vector<std::unique_ptr<Sensor>>& sensors,
             BoardClocks clocks);
  /// `at` is the caller's time.
  [[nodiscard]] MachineLook look(Nanoseconds at);

 private:
  enum class Kind : std::uint8_t { kOther, kTemperature, kClock, kThrottle };
  struct Boards {
    Sensor* sensor;
    std::vector<Kind> kinds;  ///< of its lines
    std::vector<std::optional<double>> values = {};
  };
  static Kind kind_of(const GaugeLine& line);
  void add_boards(Boards& boards, MachineLook& look) const;

  std::filesystem::path root_;
  std::vector<Gauge> gauges_;
  std::vector<Boards> boards_;
  BoardClocks clocks_;
};

}  // namespace joulemark::sensors
