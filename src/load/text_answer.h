// SPDX-License-Identifier: Apache-2.0
// What an answer of an OpenAI-compatible API says, whole or in parts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "api/openai/request.h"
#include "load/workload.h"

namespace joulemark::load {

/// What was asked, as far as it can be compared.
struct AskedTokens {
  std::optional<std::int64_t> prompt = {};
  std::optional<std::int64_t> fresh = {};
};

std::unique_ptr<Reading> read_whole_text(api::openai::Endpoint endpoint, const AskedTokens& asked);
std::unique_ptr<Reading> read_streamed_text(api::openai::Endpoint endpoint,
                                            const AskedTokens& asked);

}  // namespace joulemark::load
