// SPDX-License-Identifier: Apache-2.0
// How much a language model read and wrote in a window.
#pragma once

#include <cstdint>

#include "joulemark/result.h"
#include "run/reply.h"

namespace joulemark::run {

/// One pass over a workload.
struct TextPass {
  std::int64_t prompts = 0;
  std::int64_t batch = 1;
};

/// Counts what a window's passes read and wrote. Fails where the worker did no whole passes.
Reply<void> count_text(const Done& done, const TextPass& pass, TextWindow& window);

}  // namespace joulemark::run
