// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/table.h"

namespace joulemark::torch_kit {

const Table& table() {
  static const Table all(families());
  return all;
}

const Entry* find_entry(std::string_view domain, std::string_view name, std::int64_t opset) {
  return table().find(domain, name, opset);
}

}  // namespace joulemark::torch_kit
