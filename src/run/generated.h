// SPDX-License-Identifier: Apache-2.0
// What a worker says it generated, checked against what it was asked for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "joulemark/worker_protocol.h"
#include "run/reply.h"

namespace joulemark::run {

struct GeneratedRow {
  std::vector<std::int32_t> new_ids;
  /// Of the prompt's last position, or of all; empty when none were asked for.
  std::vector<std::vector<float>> prefill_logits;
  std::vector<std::vector<float>> step_logits;  ///< after each new id was fed
};

struct Generated {
  Nanoseconds t0_ns = 0;                 ///< before the prompt was fed
  std::vector<Nanoseconds> token_at_ns;  ///< when the tokens of each step were there
  std::vector<GeneratedRow> rows;        ///< of each prompt
};

Reply<Generated> parse_generated(std::string_view line, const protocol::GenerateRequest& request,
                                 const Exchange& exchange);

}  // namespace joulemark::run
