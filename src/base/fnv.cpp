// SPDX-License-Identifier: Apache-2.0
#include "base/fnv.h"

#include <fmt/format.h>

namespace joulemark {

std::string Fnv1a::text() const {
  return fmt::format("{:016x}", hash_);
}

}  // namespace joulemark
