// SPDX-License-Identifier: Apache-2.0
// How often and after which pauses a request that failed is sent again.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "hub/failure.h"

namespace joulemark::hub {

/// Pauses of 0.5, 1, 2 and 4 s, or longer where the server asks for it; after the last the failure
/// stands. One object serves one file.
class Backoff {
 public:
  /// Both must outlive it; `interrupted` may be null and ends a pause.
  Backoff(Clock& clock, const std::atomic<bool>* interrupted)
      : clock_(clock), interrupted_(interrupted) {}

  /// Waits, and says whether to ask again: not when `failure` is final, when the server asks for
  /// more than 2 minutes, when a host was not reached three times, or all pauses are used up.
  bool wait_after(const HubFailure& failure);
  /// Something arrived: the pauses begin anew.
  void progressed() { attempts_ = 0; }

 private:
  Clock& clock_;
  const std::atomic<bool>* interrupted_;
  int attempts_ = 0;
};

}  // namespace joulemark::hub
