// SPDX-License-Identifier: Apache-2.0
#include "store/uuid.h"

#include <fmt/format.h>

#include <random>

namespace joulemark::store {

std::string new_uuid() {
  std::random_device source;
  const auto word = [&] { return static_cast<unsigned>(source()); };
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:08x}{:04x}", word(), word() & 0xffff,
                     word() & 0xfff, (word() & 0x3fff) | 0x8000, word(), word() & 0xffff);
}

}  // namespace joulemark::store
