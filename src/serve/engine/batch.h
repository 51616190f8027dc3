// SPDX-License-Identifier: Apache-2.0
// What batches of both kinds are run with.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "serve/engine/job.h"
#include "worker/engine_calls.h"

namespace joulemark::serve {

/// Borrowed for one batch.
struct BatchRun {
  worker::EngineModel& model;
  Clock& clock;
  const std::atomic<bool>& must_end;  ///< the server ends, and waits for no text any more
  std::int64_t& batches;              ///< counts the engine's batches
  /// Told of each when it is over.
  std::function<void(const Served&)> ended = [](const Served&) {};
  std::function<void()> between = [] {};  ///< called between the steps of texts
};

}  // namespace joulemark::serve
