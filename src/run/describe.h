// SPDX-License-Identifier: Apache-2.0
// Asks an installed engine, in a process of its own, what it is.
#pragma once

#include <string>

#include "base/error.h"
#include "joulemark/experiment.h"
#include "run/worker_runner.h"

namespace joulemark::run {

/// The engine's own description, JSON text: {"version", "providers", "build", "library"}. Fails
/// with kMachine when its library is missing or unusable, with kFailed when the worker crashed or
/// did not answer within 30 s.
Result<std::string> describe_install(const EngineInstall& install, WorkerRunner& workers);

}  // namespace joulemark::run
