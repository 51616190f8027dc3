// SPDX-License-Identifier: Apache-2.0
// Unique names by counting, scopes from the inside out.
#include "model/onnx_names.h"

#include <fmt/format.h>

namespace joulemark::model::onnx {

std::string UniqueNames::take(const std::string& wanted) {
  std::string name = wanted;
  // The count goes on where it was, so that many equal names do not take quadratic time. "x#2" may
  // be a name of the file, hence the loop.
  std::size_t& uses = uses_[wanted];
  while (uses++ != 0) {
    name = fmt::format("{}#{}", wanted, uses);
    if (uses_.emplace(name, 1).second) break;
  }
  return name;
}

const std::string* Scope::find(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (const auto found = scope->names_.find(name); found != scope->names_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

}  // namespace joulemark::model::onnx
