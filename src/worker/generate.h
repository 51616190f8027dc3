// SPDX-License-Identifier: Apache-2.0
// The `generate` request: prompts through a language model, with its logits where they are wanted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "worker/engine_calls.h"
#include "worker/failure.h"
#include "worker/request.h"

namespace joulemark::worker {

using protocol::Generated;
using protocol::GeneratedRow;

/// Greedy generation. With logits the model runs once more, for those behind the last new id.
Outcome<Generated> generate(EngineModel& model, const GenerateRequest& request);

/// The reply.
std::string generated_line(const Generated& generated);

}  // namespace joulemark::worker
