// SPDX-License-Identifier: Apache-2.0
// The joules of one request: a share of what was measured around it.
#pragma once

#include <functional>
#include <string>

#include "serve/engine/job.h"

namespace joulemark::serve {

/// The energy that is put down to one job. Absent is not 0.
struct EnergyShare {
  bool measured = false;
  double joules = 0;
  double window_s =
      0;  ///< between the two readings that were used, at least one step of the counter
  double window_joules = 0;  ///< of the whole machine's non-overlapping scopes in it
  double share = 0;          ///< this job's part of the window's, 0 … 1
  std::string method = {};   ///< how the share was made, for people
  std::string reason = {};   ///< why there is none, and what to do
};

/// Told of every batch; asked for single jobs. Used from any thread.
class EnergyMeter {
 public:
  virtual ~EnergyMeter() = default;
  /// A batch of the engine is over. `served` is the whole batch's: its units are all, its time is
  /// the engine's. A text that ended earlier may have been asked for before.
  virtual void note_batch(const Served& served) = 0;
  /// Calls `then` once with the share of a job that is over: from a thread of the meter's own, as
  /// soon as the sensors' next reading lies behind its end, a tenth of a second later as a rule;
  /// where nothing is measured at once, in the caller's.
  virtual void share_of(const Served& served, std::function<void(const EnergyShare&)> then) = 0;
};

}  // namespace joulemark::serve
