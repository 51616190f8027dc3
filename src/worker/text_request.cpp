// SPDX-License-Identifier: Apache-2.0
#include "worker/text_request.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace joulemark::worker {

Outcome<TextRequest> make_text_request(const TokenRows& prompts, const TextLimits& limits) {
  std::size_t longest = 0;
  for (const auto& prompt : prompts) longest = std::max(longest, prompt.size());
  const std::size_t total = longest + static_cast<std::size_t>(limits.new_tokens);
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  if (total > kMost / prompts.size())
    return fail(JM_INVALID_ARGUMENT, "prompts and answers are too long");
  TextRequest text;
  text.batch = static_cast<std::int32_t>(prompts.size());
  text.prompt_tokens = static_cast<std::int32_t>(longest);
  text.new_tokens = limits.new_tokens;
  text.stop_ids = limits.stop_ids;
  for (const auto& prompt : prompts) {
    text.prompt.insert(text.prompt.end(), longest - prompt.size(), kPadding);
    text.prompt.insert(text.prompt.end(), prompt.begin(), prompt.end());
  }
  return text;
}

TokenRows rows_of(const TextRequest& request, const TextRecord& record) {
  const auto batch = static_cast<std::size_t>(request.batch);
  const auto& stops = request.stop_ids;
  TokenRows rows(batch);
  for (std::size_t row = 0; row < batch; ++row) {
    for (std::size_t step = 0; step < static_cast<std::size_t>(record.steps); ++step) {
      rows[row].push_back(record.tokens[step * batch + row]);
      if (std::find(stops.begin(), stops.end(), rows[row].back()) != stops.end()) break;
    }
  }
  return rows;
}

}  // namespace joulemark::worker
