// SPDX-License-Identifier: Apache-2.0
// Exporters compute shapes in the graph: the few operators that they do it with.
#include <algorithm>
#include <functional>
#include <limits>

#include "model/known_shapes.h"

namespace joulemark::model {
namespace {

using Integers = std::optional<Dims>;

Integers shape(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  if (x == nullptr || !x->exact || node.attribute("start") != nullptr ||
      node.attribute("end") != nullptr)
    return std::nullopt;
  return x->dims;
}

Integers gather(const KnownShapes& known, const OnnxNode& node) {
  const Dims* from = known.integers(node, 0);
  const Dims* indices = known.integers(node, 1);
  if (from == nullptr || indices == nullptr) return std::nullopt;
  Dims taken;
  for (std::int64_t index : *indices) {
    if (index < 0) index += static_cast<std::int64_t>(from->size());
    if (index < 0 || index >= static_cast<std::int64_t>(from->size())) return std::nullopt;
    taken.push_back((*from)[static_cast<std::size_t>(index)]);
  }
  return taken;
}

/// From the front or the back, in steps of one.
Integers slice(const KnownShapes& known, const OnnxNode& node) {
  const Dims* from = known.integers(node, 0);
  const Dims* begin = known.integers(node, 1);
  const Dims* end = known.integers(node, 2);
  if (from == nullptr || begin == nullptr || end == nullptr || begin->size() != 1 ||
      end->size() != 1 || node.inputs.size() > 4)
    return std::nullopt;
  const auto size = static_cast<std::int64_t>(from->size());
  const auto place = [&](std::int64_t index) {
    return std::clamp<std::int64_t>(index < 0 ? index + size : index, 0, size);
  };
  if (place(begin->front()) >= place(end->front())) return Dims{};
  return Dims(from->begin() + place(begin->front()), from->begin() + place(end->front()));
}

Integers concat(const KnownShapes& known, const OnnxNode& node) {
  Dims all;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Dims* part = known.integers(node, i);
    if (part == nullptr) return std::nullopt;
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

Integers same(const KnownShapes& known, const OnnxNode& node) {
  const Dims* values = known.integers(node, 0);
  return values != nullptr ? Integers(*values) : std::nullopt;
}

/// Of two lists of one length, or one value and a list.
template <class Operation>
Integers pairwise(const KnownShapes& known, const OnnxNode& node, Operation operation) {
  const Dims* a = known.integers(node, 0);
  const Dims* b = known.integers(node, 1);
  if (a == nullptr || b == nullptr || a->empty() || b->empty()) return std::nullopt;
  const std::size_t count = std::max(a->size(), b->size());
  if ((a->size() != count && a->size() != 1) || (b->size() != count && b->size() != 1))
    return std::nullopt;
  Dims results;
  for (std::size_t i = 0; i < count; ++i) {
    const auto result = operation((*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]);
    if (!result) return std::nullopt;
    results.push_back(*result);
  }
  return results;
}

std::optional<std::int64_t> times(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

std::optional<std::int64_t> over(std::int64_t a, std::int64_t b) {
  if (b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min())) return std::nullopt;
  return a / b;
}

}  // namespace

std::optional<Dims> output_integers(const KnownShapes& known, const OnnxNode& node) {
  const std::string& op = node.op_type;
  if (op == "Shape") return shape(known, node);
  if (op == "Gather") return gather(known, node);
  if (op == "Slice") return slice(known, node);
  if (op == "Concat") return concat(known, node);
  if (op == "Mul") return pairwise(known, node, times);
  if (op == "Div") return pairwise(known, node, over);
  if (op == "Cast" || op == "Identity" || op == "Unsqueeze" || op == "Squeeze")
    return same(known, node);
  return std::nullopt;
}

}  // namespace joulemark::model
