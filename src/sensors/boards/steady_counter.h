// SPDX-License-Identifier: Apache-2.0
// A counter whose driver now and then shows a value that is far too low.
#pragma once

#include <memory>

#include "sensors/boards/board.h"
#include "sensors/counters/counter_source.h"

namespace joulemark::sensors {

/// The counter of a board. A value below the last one is asked for again at once, and then held
/// back: where the counter is back at what it was, nothing has happened; where it is still below
/// and counts, it was reset, and its value is given. A driver that shows 0 for a while costs the
/// readings in it, and never looks like energy when it comes back.
class SteadyCounter final : public CounterSource {
 public:
  explicit SteadyCounter(std::shared_ptr<BoardMeter> meter) : meter_(std::move(meter)) {}
  std::optional<std::uint64_t> read() override;

 private:
  std::shared_ptr<BoardMeter> meter_;
  std::uint64_t last_ = 0;  ///< the largest that was given
  std::optional<std::uint64_t> fallen_ = {};
};

}  // namespace joulemark::sensors
