// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/weights.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "model/dtype.h"
#include "model/tensor.h"
#include "plugin_kit/status.h"
#include "tensorflow/dtypes.h"

namespace joulemark::tf {
namespace {

/// Smaller weights cost nothing as constants.
constexpr std::size_t kLargeBytes = std::size_t{1} << 18;

Elements elements_of(const model::OnnxTensor& tensor) {
  const auto type = type_of(tensor.dtype);
  if (!type)
    plugin::fail(JM_UNSUPPORTED, "constant '" + tensor.name + "' has element type " +
                                     model::dtype_name(tensor.dtype) +
                                     ", which this engine passes no tensors of");
  return {*type, tensor.dims, tensor.data.data(), tensor.data.size()};
}

Value write(GraphWriter& graph, const Elements& elements, Keep keep,
            std::shared_ptr<const void> owner) {
  if (keep == Keep::kVariable) return graph.variable(elements, std::move(owner));
  return graph.constant(elements);
}

/// Whether input `i` of the node is read as a table or a matrix, whole and as it is.
bool reads_matrix(const model::OnnxNode& node, std::size_t i) {
  if (!node.domain.empty()) return false;
  if (node.op_type == "MatMul") return true;
  if (node.op_type == "Gemm") return i < 2;
  return node.op_type == "Gather" && i == 0;
}

/// Names that a (sub-)graph reads in another way.
void collect_others(const model::OnnxGraph& graph, std::unordered_set<std::string>& names) {
  for (const model::OnnxNode& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      if (!reads_matrix(node, i)) names.insert(node.inputs[i]);
    for (const model::OnnxAttribute& attribute : node.attributes)
      if (const auto* inner =
              std::get_if<std::shared_ptr<const model::OnnxGraph>>(&attribute.value))
        collect_others(**inner, names);
  }
}

/// How the elements of a tensor lie: sizes, and bytes from one to the next, of each axis.
struct Grid {
  Ints dims;
  Ints strides;
  std::size_t width;  ///< bytes of an element
};

/// Copies the elements of the grid one behind the other.
void move_elements(const std::byte* from, std::byte* to, const Grid& grid) {
  const auto& [dims, strides, width] = grid;
  const std::size_t rank = dims.size();
  const auto count =
      std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
  Ints at(rank, 0);
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(to, from + offset, width);
    to += width;
    for (std::size_t axis = rank; axis-- > 0;) {
      offset += strides[axis];
      if (++at[axis] < dims[axis]) break;
      offset -= strides[axis] * dims[axis];
      at[axis] = 0;
    }
  }
}

template <class T>
Ints integers(const model::OnnxTensor& tensor) {
  Ints values(tensor.data.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value{};
    std::memcpy(&value, tensor.data.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<std::int64_t>(value);
  }
  return values;
}

}  // namespace

std::unordered_set<std::string> variables_of(const model::OnnxGraph& graph, WeightsOption option) {
  std::unordered_set<std::string> names;
  if (option == WeightsOption::kConstant) return names;
  std::unordered_set<std::string> others;
  if (option == WeightsOption::kAuto) collect_others(graph, others);
  for (const model::OnnxTensor& weight : graph.initializers) {
    const auto type = type_of(weight.dtype);
    if (type && is_floating(*type) && weight.data.size() >= kLargeBytes &&
        !others.contains(weight.name))
      names.insert(weight.name);
  }
  return names;
}

Value write_weight(GraphWriter& graph, const Operand& weight) {
  return write(graph, elements_of(*weight.weight), weight.keep, weight.weight->owner);
}

Value write_transposed(GraphWriter& graph, const Operand& weight, const Ints& order) {
  const Elements from = elements_of(*weight.weight);
  Elements to = from;
  Ints strides(order.size(), static_cast<std::int64_t>(size_of(from.type)));
  for (std::size_t axis = order.size() - 1; axis-- > 0;)
    strides[axis] = strides[axis + 1] * from.dims[axis + 1];
  Ints moved(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    to.dims[i] = from.dims[static_cast<std::size_t>(order[i])];
    moved[i] = strides[static_cast<std::size_t>(order[i])];
  }
  const auto bytes = std::make_shared<model::AlignedBytes>(from.bytes);
  move_elements(static_cast<const std::byte*>(from.data), bytes->data(),
                {to.dims, moved, size_of(from.type)});
  to.data = bytes->data();
  return write(graph, to, weight.keep, bytes);
}

std::optional<Ints> ints_of(const model::OnnxTensor& tensor) {
  switch (tensor.dtype) {
    case JM_INT64:
      return integers<std::int64_t>(tensor);
    case JM_INT32:
      return integers<std::int32_t>(tensor);
    case JM_BOOL:
    case JM_UINT8:
      return integers<std::uint8_t>(tensor);
    default:
      return std::nullopt;
  }
}

}  // namespace joulemark::tf
