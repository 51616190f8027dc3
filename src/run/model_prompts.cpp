// SPDX-License-Identifier: Apache-2.0
#include "run/model_prompts.h"

#include <algorithm>

namespace joulemark::run {
namespace {

/// A check of all prompts would take as long as the window; the others' tokens are counted.
constexpr std::int64_t kCheckedPrompts = 16;

}  // namespace

protocol::PromptsRequest requests_of(const ModelPrompts& prompts, int batch) {
  protocol::PromptsRequest request{
      .requests = {}, .new_tokens = prompts.new_tokens, .stop_ids = prompts.stop_ids};
  for (const auto& prompt : prompts.prompts) {
    const bool full = request.requests.empty() || request.requests.back().size() ==
                                                      static_cast<std::size_t>(std::max(batch, 1));
    if (full) request.requests.emplace_back();
    request.requests.back().push_back(prompt);
  }
  return request;
}

std::int64_t checked_requests(int batch) {
  return std::max<std::int64_t>(1, kCheckedPrompts / std::max(batch, 1));
}

}  // namespace joulemark::run
