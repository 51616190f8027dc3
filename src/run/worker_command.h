// SPDX-License-Identifier: Apache-2.0
// What is started for an engine.
#pragma once

#include <vector>

#include "joulemark/experiment.h"
#include "run/worker_runner.h"

namespace joulemark::run {

/// The engine's own worker, or joulemark-worker where it has none, on `cpus` (empty: any).
WorkerCommand worker_command(const EngineInstall& install, const std::vector<int>& cpus = {});

}  // namespace joulemark::run
