// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/table.h"

#include <unordered_map>

#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit {
namespace {

std::string key(std::string_view domain, std::string_view name) {
  return std::string(domain) + "::" + std::string(name);
}

using Index = std::unordered_multimap<std::string, const Entry*>;

const Index& index() {
  static const Index all = [] {
    Index built;
    for (const Family family : families())
      for (const Entry& entry : family()) built.emplace(key(entry.domain, entry.name), &entry);
    return built;
  }();
  return all;
}

}  // namespace

const Entry* find_entry(std::string_view domain, std::string_view name, std::int64_t opset) {
  const auto [begin, end] = index().equal_range(key(domain, name));
  for (auto it = begin; it != end; ++it)
    if (it->second->since <= opset && opset <= it->second->until) return it->second;
  return nullptr;
}

std::string why_no_entry(std::string_view domain, std::string_view name, std::int64_t opset) {
  const std::string what = (domain.empty() ? "" : std::string(domain) + ".") + std::string(name) +
                           " (opset " + std::to_string(opset) + ")";
  const bool other = index().count(key(domain, name)) > 0;
  return "unsupported operator " + what +
         (other ? ": the table has it for other opsets only" : "") +
         "; 'joulemark engines torch --operators' lists what there is";
}

}  // namespace joulemark::torch_kit
