// SPDX-License-Identifier: Apache-2.0
// Asks an installed engine, in a process of its own, what it is and what it computes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"
#include "joulemark/worker_protocol.h"
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

/// Writes `request.model` in another format, with the engine's `options`. Fails as above, within
/// ten minutes, and with kUnsupported for a model that the engine cannot express in that format.
Status export_model(const EngineInstall& install, const protocol::ExportRequest& request,
                    const std::map<std::string, std::string>& options, WorkerRunner& workers);

}  // namespace joulemark::run
