// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/host_numbers.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "torch_kit/dtypes.h"
#include "torch_kit/lowering/host_arithmetic.h"

namespace joulemark::torch_kit {
namespace {

/// Shapes have a handful of elements; longer constants are data.
constexpr std::int64_t kMostElements = 64;

bool is_number_type(at::ScalarType type) {
  return type == at::kLong || type == at::kInt || type == at::kFloat || type == at::kDouble ||
         type == at::kBool;
}

JitValue* element(OpCall& call, const at::Tensor& value) {
  if (at::isFloatingType(value.scalar_type())) return call.constant_value(value.item().toDouble());
  if (value.scalar_type() == at::kBool) return call.constant_value(value.item().toBool());
  return call.constant_value(value.item().toLong());
}

/// The numbers of an input, where it is one of host numbers or a small constant.
std::optional<HostNumbers> numbers_of(OpCall& call, std::size_t i) {
  if (call.operand(i).host) return call.operand(i).host;
  const auto known = call.constant(i);
  if (!known || known->dim() > 1 || known->numel() > kMostElements ||
      !is_number_type(known->scalar_type()))
    return std::nullopt;
  const at::Tensor flat = known->to(at::kCPU).reshape(-1);
  HostNumbers numbers{known->dim(), {}};
  for (std::int64_t k = 0; k < flat.numel(); ++k)
    numbers.elements.push_back(element(call, flat[k]));
  return numbers;
}

bool reads_host_numbers(OpCall& call) {
  for (std::size_t i = 0; i < call.input_count(); ++i)
    if (call.has(i) && call.operand(i).host) return true;
  return false;
}

std::optional<std::vector<HostNumbers>> all_numbers(OpCall& call) {
  std::vector<HostNumbers> all;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    if (!call.has(i)) return std::nullopt;
    auto numbers = numbers_of(call, i);
    if (!numbers) return std::nullopt;
    all.push_back(std::move(*numbers));
  }
  return all;
}

/// Numbers that are all known become a constant tensor, which every entry can read.
void give(OpCall& call, HostNumbers numbers, jm_dtype dtype, std::size_t output = 0) {
  const at::ScalarType type = storage_of(dtype)->type;
  std::vector<at::Tensor> known;
  for (JitValue* value : numbers.elements) {
    const auto constant = call.graph.value_of(value);
    if (!constant) return call.result(Operand{dtype, nullptr, std::move(numbers), {}}, output);
    known.push_back(at::scalar_tensor(constant->toScalar(), type));
  }
  at::Tensor values = known.empty() ? at::empty({0}, type) : at::stack(known);
  if (numbers.rank == 0) values = values.reshape({});
  call.result(Operand{dtype, call.constant_value(values.to(call.graph.device())), {}, {}}, output);
}

/// As a tensor: how many sizes there are is only known when the model runs.
void open_shape(OpCall& call) {
  JitValue* sizes = call.call("aten::_shape_as_tensor", {call.tensor(0)});
  sizes = call.graph.declare(sizes, at::kLong, 1);
  const auto start = call.integer("start", 0);
  const auto end = call.integer("end", std::numeric_limits<std::int64_t>::max());
  sizes = call.call("aten::slice.Tensor", {sizes, 0, start, end, 1});
  if (!call.graph.device().is_cpu())
    sizes = call.call("aten::to.device",
                      {sizes, call.graph.device(), at::kLong, false, false, c10::IValue()});
  call.result(sizes);
}

void shape(OpCall& call) {
  HostNumbers sizes{1, {}};
  if (!call.operand(0).host && !call.graph.example(call.tensor(0))) return open_shape(call);
  const std::int64_t rank = call.rank(0);
  const auto bound = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t end = bound(call.integer("end", rank));
  const std::optional<HostNumbers>& host = call.operand(0).host;
  for (std::int64_t axis = bound(call.integer("start", 0)); axis < end; ++axis)
    sizes.elements.push_back(
        host ? call.constant_value(static_cast<std::int64_t>(host->elements.size()))
             : call.size(call.tensor(0), axis));
  give(call, sizes, JM_INT64);
}

void size(OpCall& call) {
  HostNumbers count{0, {call.call("aten::numel", {call.tensor(0)})}};
  give(call, count, JM_INT64);
}

/// What the operators below get, and whether they could do it.
struct HostCall {
  OpCall& call;
  std::vector<HostNumbers> in;
  jm_dtype dtype;  ///< of input 0
};
using HostEntry = bool (*)(HostCall&);

bool identity(HostCall& host) {
  give(host.call, host.in[0], host.dtype);
  return true;
}

bool cast_to(HostCall& host, jm_dtype to) {
  const auto storage = storage_of(to);
  if (!storage || storage->packed_bits != 0 || !is_number_type(storage->type)) return false;
  HostNumbers out = host.in[0];
  for (JitValue*& value : out.elements) value = as_type(host.call, value, storage->type);
  give(host.call, out, to);
  return true;
}

bool cast(HostCall& host) {
  return cast_to(host, static_cast<jm_dtype>(host.call.integer("to", 0)));
}

/// Any reshaping between a scalar and a list keeps the elements.
bool to_list(HostCall& host) {
  if (host.in[0].rank != 0) return false;
  const std::size_t axes =
      host.in.size() > 1 ? host.in[1].elements.size() : host.call.integers("axes", {}).size();
  if (axes != 1) return false;
  give(host.call, {1, host.in[0].elements}, host.dtype);
  return true;
}

bool to_scalar(HostCall& host) {
  if (host.in[0].rank != 1 || host.in[0].elements.size() != 1) return false;
  give(host.call, {0, host.in[0].elements}, host.dtype);
  return true;
}

bool reshape(HostCall& host) {
  const std::vector<JitValue*>& target = host.in[1].elements;
  if (host.call.operand(1).host || target.size() > 1) return false;
  if (target.empty()) return to_scalar(host);
  const std::int64_t count = host.call.graph.value_of(target[0])->toInt();
  const auto have = static_cast<std::int64_t>(host.in[0].elements.size());
  if (count != -1 && count != have && !(count == 0 && host.in[0].rank == 1)) return false;
  give(host.call, {1, host.in[0].elements}, host.dtype);
  return true;
}

bool concat(HostCall& host) {
  HostNumbers out{1, {}};
  for (const HostNumbers& part : host.in) {
    if (part.rank != 1) return false;
    out.elements.insert(out.elements.end(), part.elements.begin(), part.elements.end());
  }
  give(host.call, out, host.dtype);
  return true;
}

std::optional<Ints> known_ints(HostCall& host, std::size_t i) {
  Ints values;
  for (JitValue* value : host.in[i].elements) {
    const auto constant = host.call.graph.value_of(value);
    if (!constant || !constant->isInt()) return std::nullopt;
    values.push_back(constant->toInt());
  }
  return values;
}

bool gather(HostCall& host) {
  const auto indices = known_ints(host, 1);
  if (!indices || host.in[0].rank != 1) return false;
  const auto count = static_cast<std::int64_t>(host.in[0].elements.size());
  HostNumbers out{host.in[1].rank, {}};
  for (std::int64_t index : *indices) {
    if (index < 0) index += count;
    if (index < 0 || index >= count)
      host.call.invalid("index " + std::to_string(index) + " is outside of " +
                        std::to_string(count) + " sizes");
    out.elements.push_back(host.in[0].elements[static_cast<std::size_t>(index)]);
  }
  give(host.call, out, host.dtype);
  return true;
}

/// Starts, ends and steps are inputs since opset 10, attributes before.
bool slice(HostCall& host) {
  if (host.in[0].rank != 1) return false;
  const auto part = [&](std::size_t i, const char* name, std::int64_t otherwise) {
    if (host.in.size() > i) return known_ints(host, i);
    return std::optional(host.call.integers(name, {otherwise}));
  };
  const auto starts = part(1, "starts", 0);
  const auto ends = part(2, "ends", 0);
  const auto steps = part(4, "steps", 1);
  if (!starts || !ends || !steps || starts->size() != 1 || ends->size() != 1 ||
      steps->size() != 1 || (*steps)[0] == 0 || std::abs((*steps)[0]) > kMostElements)
    return false;
  const auto count = static_cast<std::int64_t>(host.in[0].elements.size());
  const std::int64_t step = (*steps)[0];
  // A step down goes from the last element to before the first.
  const std::int64_t low = step < 0 ? -1 : 0;
  const auto bound = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + count : at, low, count + low);
  };
  const std::int64_t end = bound((*ends)[0]);
  HostNumbers out{1, {}};
  for (std::int64_t i = std::max<std::int64_t>(bound((*starts)[0]), 0);
       count > 0 && (step < 0 ? i > end : i < end); i += step)
    out.elements.push_back(host.in[0].elements[static_cast<std::size_t>(i)]);
  give(host.call, out, host.dtype);
  return true;
}

/// Sizes of the parts: input, attribute, or equal ones with a smaller last one.
Ints part_sizes(HostCall& host, std::int64_t count) {
  if (host.in.size() > 1) return known_ints(host, 1).value_or(Ints{});
  if (host.call.has_attribute("split")) return host.call.integers("split", {});
  const auto parts = static_cast<std::int64_t>(host.call.output_count());
  const std::int64_t each = (count + parts - 1) / parts;
  Ints sizes;
  for (std::int64_t i = 0; i < parts; ++i)
    sizes.push_back(std::clamp<std::int64_t>(count - i * each, 0, each));
  return sizes;
}

bool split(HostCall& host) {
  const std::vector<JitValue*>& all = host.in[0].elements;
  const Ints sizes = part_sizes(host, static_cast<std::int64_t>(all.size()));
  if (host.in[0].rank != 1 || sizes.size() != host.call.output_count()) return false;
  std::size_t sum = 0;
  for (const std::int64_t size : sizes) {
    if (size < 0 || static_cast<std::size_t>(size) > all.size() - sum) return false;
    sum += static_cast<std::size_t>(size);
  }
  if (sum != all.size()) return false;
  auto next = all.begin();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    give(host.call, {1, {next, next + sizes[i]}}, host.dtype, i);
    next += sizes[i];
  }
  return true;
}

/// `count` times the elements.
bool repeat(HostCall& host, std::int64_t count) {
  const auto have = static_cast<std::int64_t>(host.in[0].elements.size());
  if (count < 0 || count * std::max<std::int64_t>(have, 1) > kMostElements) return false;
  HostNumbers out{1, {}};
  for (std::int64_t i = 0; i < count; ++i)
    out.elements.insert(out.elements.end(), host.in[0].elements.begin(), host.in[0].elements.end());
  give(host.call, out, host.dtype);
  return true;
}

bool tile(HostCall& host) {
  const auto counts = known_ints(host, 1);
  if (!counts || counts->size() != 1 || host.in[0].rank != 1 || (*counts)[0] > kMostElements)
    return false;
  return repeat(host, (*counts)[0]);
}

bool expand(HostCall& host) {
  const auto sizes = known_ints(host, 1);
  if (!sizes || sizes->size() != 1 || host.in[0].elements.size() != 1 ||
      (*sizes)[0] > kMostElements)
    return false;
  return repeat(host, (*sizes)[0]);
}

bool scatter(HostCall& host) {
  const auto places = known_ints(host, 1);
  if (!places || host.in.size() != 3 || host.in[0].rank != 1 || host.in[1].rank != 1 ||
      places->size() != host.in[2].elements.size() || host.call.text("reduction", "none") != "none")
    return false;
  HostNumbers out = host.in[0];
  const auto count = static_cast<std::int64_t>(out.elements.size());
  for (std::size_t i = 0; i < places->size(); ++i) {
    const std::int64_t place = (*places)[i] < 0 ? (*places)[i] + count : (*places)[i];
    if (place < 0 || place >= count) host.call.invalid("an index is outside of its input");
    out.elements[static_cast<std::size_t>(place)] = host.in[2].elements[i];
  }
  give(host.call, out, host.dtype);
  return true;
}

template <Reduction reduction>
bool reduce(HostCall& host) {
  HostNumbers out{host.call.integer("keepdims", 1), {}};
  if (host.in[0].elements.empty()) return false;
  JitValue* value = host.in[0].elements.front();
  for (std::size_t i = 1; i < host.in[0].elements.size(); ++i)
    value = combine(host.call, reduction, value, host.in[0].elements[i]);
  if (host.in[0].rank == 0) out.rank = 0;
  out.elements = {value};
  give(host.call, out, host.dtype);
  return true;
}

bool elementwise(HostCall& host) {
  auto out = elementwise_numbers(host.call, host.in);
  if (!out) return false;
  const bool truth =
      !out->elements.empty() && out->elements.front()->type()->kind() == c10::TypeKind::BoolType;
  const jm_dtype dtype = host.call.node.op_type == "Where" ? host.call.dtype(1) : host.dtype;
  give(host.call, std::move(*out), truth ? JM_BOOL : dtype);
  return true;
}

const std::unordered_map<std::string, HostEntry>& host_table() {
  static const std::unordered_map<std::string, HostEntry> table{
      {"Identity", identity},
      {"Cast", cast},
      {"Unsqueeze", to_list},
      {"Squeeze", to_scalar},
      {"Reshape", reshape},
      {"Concat", concat},
      {"Gather", gather},
      {"Slice", slice},
      {"Split", split},
      {"Tile", tile},
      {"Expand", expand},
      {"Scatter", scatter},
      {"ScatterElements", scatter},
      {"ReduceProd", reduce<Reduction::kProduct>},
      {"ReduceSum", reduce<Reduction::kSum>},
      {"ReduceMax", reduce<Reduction::kMax>},
      {"ReduceMin", reduce<Reduction::kMin>},
      {"Add", elementwise},
      {"Sub", elementwise},
      {"Mul", elementwise},
      {"Div", elementwise},
      {"Mod", elementwise},
      {"Max", elementwise},
      {"Min", elementwise},
      {"Neg", elementwise},
      {"Sqrt", elementwise},
      {"Floor", elementwise},
      {"Ceil", elementwise},
      {"Equal", elementwise},
      {"Less", elementwise},
      {"LessOrEqual", elementwise},
      {"Greater", elementwise},
      {"GreaterOrEqual", elementwise},
      {"And", elementwise},
      {"Or", elementwise},
      {"Not", elementwise},
      {"Where", elementwise},
  };
  return table;
}

}  // namespace

bool lower_on_host(OpCall& call) {
  if (!call.node.domain.empty()) return false;
  if (call.node.op_type == "Shape" && !call.operand(0).sequence) return shape(call), true;
  if (call.node.op_type == "Size" && !call.operand(0).sequence) return size(call), true;
  const auto found = host_table().find(call.node.op_type);
  if (found == host_table().end() || !reads_host_numbers(call)) return false;
  auto numbers = all_numbers(call);
  if (!numbers) return false;
  HostCall host{call, std::move(*numbers), call.dtype(0)};
  return found->second(host);
}

}  // namespace joulemark::torch_kit
