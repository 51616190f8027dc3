// SPDX-License-Identifier: Apache-2.0
// An accelerator board as the library of its driver tells of it, whoever made it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// The most that a board draws, with room; a larger power is an answer that nobody believes.
inline constexpr double kMostBoardWatts = 2000;

/// A time line of a board; its scope is put before the name.
struct BoardLine {
  const char* name;
  const char* unit;
};

/// What a board can be asked. Thread-safe; never throws.
class BoardMeter {
 public:
  virtual ~BoardMeter() = default;
  /// The energy counter; empty when it has none or cannot be read.
  virtual std::optional<std::uint64_t> counter() = 0;
  /// Its power now in watts; empty when there is no believable answer. A board never draws nothing.
  virtual std::optional<double> watts() = 0;
  /// What it can say besides energy, and its values now, as Sensor says it.
  [[nodiscard]] virtual std::vector<BoardLine> gauge_lines() const = 0;
  virtual void read_gauges(std::span<std::optional<double>> values) = 0;
  /// Whether the driver gave it up.
  [[nodiscard]] virtual bool is_lost() const = 0;
  /// Before a window, and after it: who else computes on it. Never inside one, for it takes long.
  virtual void look_for_strangers() {}
  virtual void look_again_for_strangers() {}
  /// Who did, for people: "shared_gpu: …"; "" where nobody did, or its driver does not tell.
  [[nodiscard]] virtual std::string strangers() const { return ""; }
};

/// A board whose energy may be measurable.
struct Board {
  ScopeInfo scope = {};
  std::shared_ptr<BoardMeter> meter = nullptr;
  double unit_j = 0;                   ///< of its counter; 0: it has none
  double max_watts = kMostBoardWatts;  ///< a counter that says more is not believed
  std::string note = {};               ///< "; MI300X, driver 6.8", for its row; or ""
  const char* loss_log = "dmesg";      ///< where to read why the driver gave it up
};

}  // namespace joulemark::sensors
