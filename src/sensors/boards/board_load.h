// SPDX-License-Identifier: Apache-2.0
// How busy boards were in a window, kept with their energies.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// Per cent of the time, of the samples that fell into a window.
struct BoardLoad {
  double least = 0;
  double most = 0;
};

/// Adds to the detail of each measured board what its time line says of its load between `t0_ns`
/// and `t1_ns`: "utilisation 0 to 37 %". Nothing where no sample fell into it.
void note_load(std::vector<Energy>& energies, const std::vector<Series>& series, std::int64_t t0_ns,
               std::int64_t t1_ns);

/// What note_load wrote; empty where it wrote nothing.
std::optional<BoardLoad> noted_load(const Energy& energy);

}  // namespace joulemark::sensors
