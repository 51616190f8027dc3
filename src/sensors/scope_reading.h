// SPDX-License-Identifier: Apache-2.0
// One scope among the readings of a sensor, and its energy where there is none.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// The reading of a scope; null where it was not read.
const CounterReading* find_scope(const std::vector<CounterReading>& readings,
                                 const std::string& scope);

/// Half way between the clock reads around it.
Nanoseconds middle(const CounterReading& reading);
/// Seconds between the clock reads around it.
double bracket_s(const CounterReading& reading);

/// The readings of a sensor that is slow to ask with the window's edges in their brackets: it
/// begins when the first was answered, or later where others took longer, and ends when the last
/// was asked for, or sooner.
struct Edges {
  CounterReading begin;
  CounterReading end;
};
Edges edges_of(const CounterReading& first, const CounterReading& last);

/// How a gauge is read behind a window.
struct ReadOn {
  double step_s = 0;    ///< between two reads
  double memory_s = 0;  ///< for how long its readings remember the window
};

/// Reads `sensor` until nothing of the time before the readings `since` is in its readings.
void read_on(Sensor& sensor, const std::vector<CounterReading>& since, const ReadOn& how,
             Clock& clock);

/// Fills a vector of readings in place, so that the memory of its strings is used again.
class ReadingFiller {
 public:
  explicit ReadingFiller(std::vector<CounterReading>& readings) : readings_(readings) {}
  /// What was not added is cut off.
  ~ReadingFiller() { readings_.resize(used_); }
  ReadingFiller(const ReadingFiller&) = delete;
  ReadingFiller& operator=(const ReadingFiller&) = delete;

  /// The next reading, as it was before.
  CounterReading& next();
  /// Takes the last one back.
  void drop() { --used_; }

 private:
  std::vector<CounterReading>& readings_;
  std::size_t used_ = 0;
};

/// An absent energy with its machine-readable reason and the sentence for people.
Energy absent_energy(std::string scope, std::string reason, std::string detail);

}  // namespace joulemark::sensors
