// SPDX-License-Identifier: Apache-2.0
// Backwards from each look-up, through the operators that only move values.
#include "model/index_limits.h"

#include <algorithm>
#include <array>

namespace joulemark::model {
namespace {

/// Operators whose first input's values come out as they are, in another shape …
constexpr std::array<std::string_view, 8> kMovers = {"Expand", "Flatten", "Reshape",   "Slice",
                                                     "Split",  "Squeeze", "Transpose", "Unsqueeze"};
/// … and in the same one.
constexpr std::array<std::string_view, 3> kConverters = {"Cast", "DequantizeLinear", "Identity"};

/// Conversions between an initializer and its look-up; real models have one or two.
constexpr int kMostConversions = 8;

std::int64_t axis_of(const onnx::Node& node) {
  const auto axis = std::ranges::find(node.attributes, "axis", &onnx::Attribute::name);
  return axis == node.attributes.end() || axis->ints.empty() ? 0 : axis->ints.back();
}

}  // namespace

void IndexLimits::add_node(const onnx::Node& node) {
  if (node.inputs.empty()) return;
  const auto is_one_of = [&](const auto& names) {
    return std::ranges::find(names, node.op_type) != names.end();
  };
  const bool gathers = node.op_type == "Gather" && node.inputs.size() == 2;
  const bool converts = is_one_of(kConverters);
  if (gathers) lookups_.push_back({node.inputs[0], node.inputs[1], axis_of(node)});
  Source source{node.inputs, converts};
  if (gathers || converts || is_one_of(kMovers)) {
    source.inputs.resize(1);
  } else if (node.op_type != "Concat") {
    return;
  }
  for (const std::string_view output : node.outputs) sources_[output] = source;
}

std::int64_t IndexLimits::rows_of(const Lookup& lookup) const {
  std::string_view table = lookup.table;
  for (int i = 0; i <= kMostConversions; ++i) {
    if (const auto found = tables_.find(table); found != tables_.end()) {
      const auto rank = static_cast<std::int64_t>(found->second.size());
      const std::int64_t axis = lookup.axis < 0 ? lookup.axis + rank : lookup.axis;
      return axis >= 0 && axis < rank ? found->second[static_cast<std::size_t>(axis)] : 0;
    }
    const auto source = sources_.find(table);
    if (source == sources_.end() || !source->second.keeps_shape) return 0;
    table = source->second.inputs[0];
  }
  return 0;
}

void IndexLimits::trace(std::string_view from, std::int64_t rows,
                        std::map<std::string, std::int64_t>& limits) const {
  std::vector<std::string_view> open = {from};
  while (!open.empty()) {
    const std::string_view name = open.back();
    open.pop_back();
    if (!limits.emplace(name, rows).second) continue;
    const auto source = sources_.find(name);
    if (source == sources_.end()) continue;
    open.insert(open.end(), source->second.inputs.begin(), source->second.inputs.end());
  }
}

std::map<std::string, std::int64_t> IndexLimits::find() const {
  std::vector<std::pair<std::int64_t, std::string_view>> found;
  for (const Lookup& lookup : lookups_) {
    if (const std::int64_t rows = rows_of(lookup); rows > 0)
      found.emplace_back(rows, lookup.indices);
  }
  // The smallest first: what it has reached, no other table limits further.
  std::ranges::sort(found);
  std::map<std::string, std::int64_t> limits;
  for (const auto& [rows, indices] : found) trace(indices, rows, limits);
  return limits;
}

}  // namespace joulemark::model
