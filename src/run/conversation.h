// SPDX-License-Identifier: Apache-2.0
// One worker for one question: hello, open, the question, quit.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "run/worker_client.h"
#include "run/worker_runner.h"

namespace joulemark::run {

struct ConverseOptions {
  OpenRequest open;
  Nanoseconds limit_ns = 0;  ///< of all of it
  const std::atomic<bool>& stop;
};

/// What is asked of the opened engine.
using Question = std::function<Status(WorkerClient& client, Opened opened)>;

/// Fails with kMachine when the engine's library is missing or unusable, with kInterrupted when
/// `stop` was set, else as the question does.
Status converse(const ConverseOptions& options, WorkerRunner& workers, const Question& question);

/// "cannot DOING: REASON", of the kind that the failure is.
Error to_error(const std::string& doing, const Failure& failure);

}  // namespace joulemark::run
