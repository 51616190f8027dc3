// SPDX-License-Identifier: Apache-2.0
// Random numbers. The same seed gives the same numbers in every run, but not those of another
// library.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/direct.h"
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Made anew in every run where the node has a seed; else None, for the library's own.
tj::NamedValue generator(OpCall& call) {
  if (!call.has_attribute("seed")) return {c10::IValue()};
  // An int in Dropout, a float elsewhere.
  const std::int64_t seed = call.node.op_type == "Dropout"
                                ? call.integer("seed", 0)
                                : static_cast<std::int64_t>(call.real("seed", 0));
  tj::Node* node =
      call.graph.insert(c10::Symbol::fromQualString("aten::Generator"),
                        {call.constant_value(call.graph.device()), call.constant_value(seed)}, 1);
  node->output()->setType(c10::GeneratorType::get());
  return {node->output()};
}

/// What a node asks for: sizes (int[]), their number, and the type.
struct Wanted {
  JitValue* sizes;
  std::int64_t rank;
  at::ScalarType type;
};

at::ScalarType type_attribute(OpCall& call, jm_dtype otherwise) {
  const auto storage = storage_of(static_cast<jm_dtype>(call.integer("dtype", otherwise)));
  if (!storage || !at::isFloatingType(storage->type) || storage->packed_bits != 0)
    call.unsupported("random numbers of this element type");
  return storage->type;
}

Wanted by_attributes(OpCall& call) {
  const Ints sizes = call.integers("shape", {});
  return {call.constant_value(sizes), static_cast<std::int64_t>(sizes.size()),
          type_attribute(call, JM_FLOAT32)};
}

Wanted like_input(OpCall& call) {
  JitValue* x = call.tensor(0);
  return {call.call("aten::size", {x}), call.rank_of(x), type_attribute(call, call.dtype(0))};
}

/// From the distribution that ATen has under `op`, moved and scaled.
JitValue* drawn(OpCall& call, const char* op, const Wanted& wanted) {
  const c10::IValue none;
  JitValue* made = call.call(op, {wanted.sizes, generator(call), wanted.type, none,
                                  call.constant_value(call.graph.device()), none});
  return call.graph.declare(made, wanted.type, wanted.rank);
}

JitValue* scaled(OpCall& call, JitValue* value, double factor, double offset) {
  if (factor != 1) value = call.call("aten::mul.Scalar", {value, factor});
  return offset == 0 ? value : call.call("aten::add.Scalar", {value, offset});
}

template <Wanted (*wanted)(OpCall&)>
void normal(OpCall& call) {
  JitValue* made = drawn(call, "aten::randn.generator", wanted(call));
  call.result(scaled(call, made, call.real("scale", 1), call.real("mean", 0)));
}

template <Wanted (*wanted)(OpCall&)>
void uniform(OpCall& call) {
  const double low = call.real("low", 0);
  const double high = call.real("high", 1);
  JitValue* made = drawn(call, "aten::rand.generator", wanted(call));
  call.result(scaled(call, made, high - low, low));
}

void bernoulli(OpCall& call) {
  JitValue* x = call.tensor(0);
  const auto to = static_cast<jm_dtype>(call.integer("dtype", call.dtype(0)));
  const auto storage = storage_of(to);
  if (!storage || storage->packed_bits != 0) call.unsupported("truth values of this element type");
  JitValue* made = call.call("aten::bernoulli", {x, generator(call)});
  made = call.graph.declare(made, call.type_of(x), call.rank_of(x));
  call.result(call.cast(made, storage->type));
}

/// The input has logarithms of probabilities that need not add up to one.
void multinomial(OpCall& call) {
  JitValue* shares = call.call("aten::softmax.int", {call.tensor(0), -1, at::kFloat});
  const std::int64_t count = call.integer("sample_size", 1);
  JitValue* made = call.call("aten::multinomial", {shares, count, true, generator(call)});
  made = call.graph.declare(made, at::kLong, call.rank_of(shares));
  const bool wide = call.integer("dtype", JM_INT32) == JM_INT64;
  call.result(wide ? made : call.cast(made, at::kInt));
}

/// Nothing is dropped.
void keep_all(OpCall& call) {
  const c10::IValue none;
  call.result(call.operand(0), 0);
  if (!call.wants(1)) return;
  const at::ScalarType type = call.opset() < 10 ? call.type(0) : at::kBool;
  call.result(call.call("aten::ones_like", {call.tensor(0), type, none, none, none, none}), 1);
}

/// The share of elements to drop, a float of the graph.
JitValue* ratio_of(OpCall& call) {
  return call.has(1) ? call.number(1) : call.constant_value(0.5);
}

/// Of PyTorch's own dropout nobody can choose the seed.
void drop_by_seed(OpCall& call, JitValue* ratio, JitValue* training) {
  JitValue* x = call.tensor(0);
  JitValue* share =
      call.call("aten::mul.float", {ratio, call.call("aten::Float.bool", {training})});
  const Wanted wanted{call.call("aten::size", {x}), call.rank_of(x), at::kFloat};
  JitValue* drawn_numbers = drawn(call, "aten::rand.generator", wanted);
  JitValue* mask = call.call("aten::ge.Scalar", {drawn_numbers, share});
  mask = call.graph.declare(mask, at::kBool, wanted.rank);
  JitValue* factor =
      call.call("aten::div.float", {1.0, call.call("aten::sub.float", {1.0, share})});
  JitValue* kept = call.call("aten::mul.Tensor", {x, mask});
  JitValue* grown = call.call("aten::mul.Scalar", {kept, factor});
  call.result(call.graph.declare(grown, call.type_of(x), wanted.rank), 0);
  call.result(mask, 1);
}

void dropout(OpCall& call) {
  if (!call.has(2)) return keep_all(call);
  JitValue* training = call.number(2);
  const auto known = call.graph.value_of(training);
  if (known && !known->toBool()) return keep_all(call);
  JitValue* ratio = ratio_of(call);
  if (call.has_attribute("seed")) return drop_by_seed(call, ratio, training);
  JitValue* x = call.tensor(0);
  const auto both = call.graph.call_all("aten::native_dropout", {x, ratio, training});
  call.result(call.graph.declare(both[0], call.type_of(x), call.rank_of(x)), 0);
  call.result(call.graph.declare(both[1], at::kBool, call.rank_of(x)), 1);
}

constexpr Entry kEntries[] = {
    {"RandomNormal", 1, normal<by_attributes>},
    {"RandomNormalLike", 1, normal<like_input>},
    {"RandomUniform", 1, uniform<by_attributes>},
    {"RandomUniformLike", 1, uniform<like_input>},
    {"Bernoulli", 15, bernoulli},
    {"Multinomial", 7, multinomial},
    {"Dropout", 12, dropout},
    {"Dropout", 7, keep_all, Types::kAsTheyAre, kOnnx, 11},
};

}  // namespace

std::span<const Entry> random() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
