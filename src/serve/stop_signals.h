// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT as something that can be waited for beside something else.
#pragma once

#include "base/descriptor.h"

namespace joulemark::serve {

/// Blocks both signals in this thread and those that it starts, from its begin on.
class StopSignals {
 public:
  StopSignals();
  /// From now on each of them ends the process, as when it was not there.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  enum class Woken { kBySignal, kByOther };
  /// Waits until one has come, or `other` is readable. Both: the signal.
  [[nodiscard]] Woken wait(int other) const;
  /// Waits for one.
  void wait() const;

 private:
  Descriptor fd_;
};

}  // namespace joulemark::serve
