// SPDX-License-Identifier: Apache-2.0
// Prompts as one padded request, and its steps as rows again.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/failure.h"
#include "worker/measure.h"

namespace joulemark::worker {

using TokenRows = std::vector<std::vector<std::int32_t>>;

/// Stands in front of shorter prompts (engine_abi.h).
inline constexpr std::int32_t kPadding = -1;

/// How far a request goes.
struct TextLimits {
  std::int32_t new_tokens = 1;
  const std::vector<std::int32_t>& stop_ids;
};

/// A batch of prompts, none empty. JM_INVALID_ARGUMENT when it is too long for an engine to count.
Outcome<TextRequest> make_text_request(const TokenRows& prompts, const TextLimits& limits);

/// Each row's new ids, up to and with its stop id.
TokenRows rows_of(const TextRequest& request, const TextRecord& record);

}  // namespace joulemark::worker
