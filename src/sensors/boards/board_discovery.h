// SPDX-License-Identifier: Apache-2.0
// From boards to sensors and the rows of their scopes.
#pragma once

#include <string>
#include <vector>

#include "sensors/boards/board.h"
#include "sensors/catalog.h"

namespace joulemark::sensors {

/// The boards of one row of the sensor table; they may overlap `claimed`.
struct BoardSet {
  const char* name;
  std::vector<Board> boards;
  std::vector<ScopeInfo> claimed = {};
  Clock* clock = nullptr;
};

/// Watches the counters of all boards for half a second at most. Adds those that count, and agree
/// with the power gauge where there is one, as one sensor; the boards whose gauge has to be
/// integrated, and says why, as another; and a row for each.
void add_boards(BoardSet set, Discovered& found);

}  // namespace joulemark::sensors
