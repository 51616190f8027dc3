// SPDX-License-Identifier: Apache-2.0
// What the verdict decides between blocks, for the orchestrator, which knows no verdict.
#pragma once

#include <cstdint>

#include "joulemark/experiment.h"
#include "run/orchestrator.h"
#include "store/store.h"

namespace joulemark::cli {

/// RunContext::left_out_after of a stored experiment; empty where it asks for all blocks. `store`
/// is borrowed.
std::function<Result<run::LeftOut>(int blocks)> decisions_of(store::Store& store, std::int64_t id,
                                                             const Experiment& experiment);

}  // namespace joulemark::cli
