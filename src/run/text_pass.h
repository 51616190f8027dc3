// SPDX-License-Identifier: Apache-2.0
// How much a language model read and wrote in a window.
#pragma once

#include <cstdint>

#include "joulemark/result.h"
#include "run/model_prompts.h"
#include "run/reply.h"

namespace joulemark::run {

/// One pass over a workload.
struct TextPass {
  std::int64_t prompts = 0;
  std::int64_t batch = 1;
  std::int64_t prompt_tokens = 0;  ///< of all prompts
  std::int64_t new_tokens = 0;     ///< of each prompt, at most
  bool may_stop_early = false;     ///< there are stop ids
};

/// Of a workload whose prompts are to get `new_tokens` each.
TextPass pass_over(const ModelPrompts& prompts, int batch, std::int64_t new_tokens);

/// Counts what a window's passes read and wrote. Fails where the worker did no whole passes, read
/// another number of tokens, or wrote more than it was asked to, or fewer where nothing ends a
/// text.
Reply<void> count_text(const Done& done, const TextPass& pass, TextWindow& window);

/// Whether the times of tokens are those of their requests: as many steps as tokens were asked for,
/// where nothing ends a text early, and together as long as the requests.
Reply<void> check_token_times(const Durations& durations, const TextPass& pass);

}  // namespace joulemark::run
