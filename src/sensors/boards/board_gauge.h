// SPDX-License-Identifier: Apache-2.0
// The power of a board, as something to integrate.
#pragma once

#include <memory>
#include <utility>

#include "sensors/boards/board.h"
#include "sensors/gauges/gauge_source.h"

namespace joulemark::sensors {

/// Asks the board, whose answers are whole multiples of `step_w`.
class BoardGauge final : public GaugeSource {
 public:
  BoardGauge(std::shared_ptr<BoardMeter> meter, double step_w)
      : meter_(std::move(meter)), step_w_(step_w) {}
  std::optional<double> watts() override { return meter_->watts(); }
  [[nodiscard]] double step_w() const override { return step_w_; }

 private:
  std::shared_ptr<BoardMeter> meter_;
  double step_w_;
};

}  // namespace joulemark::sensors
