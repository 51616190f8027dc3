// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/split.h"

#include <algorithm>

namespace joulemark::lowering {

Ints equal_parts(const NodeCall& call, std::int64_t size) {
  const auto count = static_cast<std::int64_t>(call.output_count());
  if (!call.has_attribute("num_outputs") && size % count != 0)
    call.invalid("size " + std::to_string(size) + " is not divided by its number of outputs");
  const std::int64_t each = (size + count - 1) / count;
  Ints sizes;
  for (std::int64_t i = 0; i < count; ++i)
    sizes.push_back(std::clamp<std::int64_t>(size - i * each, 0, each));
  return sizes;
}

}  // namespace joulemark::lowering
