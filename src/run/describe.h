// SPDX-License-Identifier: Apache-2.0
// Asks an installed engine, in a process of its own, what it is and what it computes.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"
#include "run/reply.h"
#include "run/worker_runner.h"

namespace joulemark::run {

/// The engine's own description, JSON text: {"version", "providers", "build", "library"}. Fails
/// with kMachine when its library is missing or unusable, or lacks `provider` on this machine, with
/// kUnsupported where there is no such provider, with kFailed when the worker crashed or did not
/// answer within 30 s.
Result<std::string> describe_install(const EngineInstall& install, WorkerRunner& workers,
                                     const std::string& provider = "cpu");

/// The operators that the engine computes itself. Fails as above, and with kUnsupported for an
/// engine that does not list them.
Result<std::vector<OperatorRange>> list_operators(const EngineInstall& install,
                                                  WorkerRunner& workers);

}  // namespace joulemark::run
