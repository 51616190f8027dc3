// SPDX-License-Identifier: Apache-2.0
#include "run/text_pass.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::run {

Reply<void> count_text(const Done& done, const TextPass& pass, TextWindow& window) {
  const std::int64_t batch = std::max<std::int64_t>(pass.batch, 1);
  const std::int64_t requests = (pass.prompts + batch - 1) / batch;
  if (!done.is_text() || done.iterations % requests != 0)
    return tl::unexpected<Failure>(
        nonsense("go", fmt::format("{} requests and {} new tokens are no whole passes over {} "
                                   "prompts",
                                   done.iterations, done.new_tokens, pass.prompts)));
  window = {.prompts = done.iterations / requests * pass.prompts,
            .prompt_tokens = done.prompt_tokens,
            .new_tokens = done.new_tokens};
  return {};
}

}  // namespace joulemark::run
