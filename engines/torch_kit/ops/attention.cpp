// SPDX-License-Identifier: Apache-2.0
// Attention and rotary embeddings of ai.onnx.
#include <limits>

#include "torch_kit/dtypes.h"
#include "torch_kit/ops/attend.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/subgraph.h"
#include "torch_kit/ops/values.h"
#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {
namespace {

constexpr std::string_view kPreview = "ai.onnx.preview";

enum Input : std::size_t {
  kQuery,
  kKey,
  kValue,
  kMask,
  kPastKey,
  kPastValue,
  kLengths,
};

std::int64_t heads_of(OpCall& call, const char* name) {
  const std::int64_t heads = call.integer(name, 0);
  if (heads < 1) call.invalid("inputs of rank 3 need the attribute " + std::string(name));
  return heads;
}

JitValue* with_heads(OpCall& call, std::size_t i, const char* name) {
  JitValue* value = call.tensor(i);
  if (call.rank(i) == 4) return value;
  if (call.rank(i) != 3) call.invalid("its inputs must have rank 3 or 4");
  return split_heads(call, value, heads_of(call, name));
}

JitValue* behind(OpCall& call, std::size_t past, JitValue* value) {
  if (!call.has(past)) return value;
  return call.call("aten::cat", {call.graph.tensor_list({call.tensor(past), value}), 2});
}

/// A mask for fewer keys than there are forbids the rest.
JitValue* mask_for(OpCall& call, JitValue* key) {
  if (!call.has(kMask)) return nullptr;
  JitValue* mask = call.tensor(kMask);
  JitValue* missing = sub(call, call.size(key, 2), call.size(mask, -1));
  missing = call.call("prim::max.int", {missing, 0});
  const auto known = call.graph.value_of(missing);
  if (call.opset() < 24 && !known) return mask;
  if (known && known->toInt() == 0) return mask;
  const c10::IValue never = call.type(kMask) == at::kBool
                                ? c10::IValue(false)
                                : c10::IValue(-std::numeric_limits<double>::infinity());
  return pad(call, mask, {{int_constant(call, 0)}, {missing}}, never);
}

Visible visible_of(OpCall& call) {
  Visible visible;
  visible.left = call.integer("left_window_size", -1);
  visible.right = call.integer("right_window_size", -1);
  if (visible.left < -1 || visible.right < -1) call.invalid("a window size below -1");
  if (call.integer("is_causal", 0) != 0) visible.right = 0;
  if (call.has(kPastKey)) visible.offset = call.size(call.tensor(kPastKey), 2);
  return visible;
}

/// Keys that stand in a longer buffer: the last query belongs to the last key that counts.
void look_at_lengths(OpCall& call, Attention& attention) {
  if (!call.has(kLengths)) return;
  if (call.has(kPastKey)) call.invalid("nonpad_kv_seqlen beside past_key");
  JitValue* lengths = call.tensor(kLengths);
  attention.visible.lengths = lengths;
  attention.visible.offsets =
      call.call("aten::sub.Scalar", {lengths, call.size(attention.query, 2), 1});
}

Scores wanted_scores(OpCall& call) {
  if (!call.wants(3)) return Scores::kNone;
  switch (call.integer("qk_matmul_output_mode", 0)) {
    case 0:
      return Scores::kRaw;
    case 1:
      return Scores::kCapped;
    case 2:
      return Scores::kMasked;
    case 3:
      return Scores::kWeights;
    default:
      call.invalid("qk_matmul_output_mode must be 0 to 3");
  }
}

at::ScalarType softmax_precision(OpCall& call) {
  if (!call.has_attribute("softmax_precision")) return at::ScalarType::Undefined;
  const auto storage = storage_of(static_cast<jm_dtype>(call.integer("softmax_precision", 1)));
  if (!storage || !at::isFloatingType(storage->type))
    call.invalid("softmax_precision is no type of real numbers");
  return storage->type;
}

void attention_entry(OpCall& call) {
  Attention attention{with_heads(call, kQuery, "q_num_heads"),
                      behind(call, kPastKey, with_heads(call, kKey, "kv_num_heads")),
                      behind(call, kPastValue, with_heads(call, kValue, "kv_num_heads"))};
  if (call.has_attribute("scale")) attention.scale = call.real("scale", 1);
  attention.mask = mask_for(call, attention.key);
  attention.visible = visible_of(call);
  look_at_lengths(call, attention);
  attention.softcap = call.real("softcap", 0);
  attention.scores = wanted_scores(call);
  attention.precision = softmax_precision(call);
  if (call.rank(kQuery) == 3)
    attention.sharing = heads_of(call, "q_num_heads") / heads_of(call, "kv_num_heads");
  const Attended attended = attend(call, attention);
  const bool flat = call.rank(kQuery) == 3;
  call.result(flat ? join_heads(call, attended.value) : attended.value);
  call.result(attention.key, 1);
  call.result(attention.value, 2);
  if (attended.scores != nullptr) call.result(attended.scores, 3);
}

/// A graph attribute of one input and one output, applied to `value`.
JitValue* modified(OpCall& call, const char* name, JitValue* value) {
  if (!call.has_attribute(name)) return value;
  const model::OnnxGraph& body = call.graph_attribute(name);
  if (body.inputs.size() != 1 || body.outputs.size() != 1)
    call.invalid(std::string(name) + " must have one input and one output");
  Scope inner(&call.scope);
  inner[body.inputs[0].name] = Operand{dtype_of(call.type_of(value)), value, {}, {}};
  Operand changed = write_subgraph(call, body, inner).front();
  return call.cast(call.as_tensor(changed), call.type_of(value));
}

/// Attention whose scores and weights other graphs change.
JitValue* modified_attention(OpCall& call) {
  const at::ScalarType type = call.type(kQuery);
  JitValue* query = call.tensor(kQuery);
  JitValue* times = floor_div(call, call.size(query, 1), call.size(call.tensor(kKey), 1));
  const auto repeated = [&](JitValue* value) {
    return call.call("aten::repeat_interleave.self_int", {value, times, 1, c10::IValue()});
  };
  JitValue* scale = call.has_attribute("scale")
                        ? call.constant_value(call.real("scale", 1))
                        : call.call("aten::pow.int_float", {call.size(query, 3), -0.5});
  scale = call.call("aten::sqrt.float", {scale});
  JitValue* key = call.call("aten::mul.Scalar", {repeated(call.tensor(kKey)), scale});
  key = call.call("aten::transpose.int", {key, -2, -1});
  JitValue* scores =
      call.call("aten::matmul", {call.call("aten::mul.Scalar", {query, scale}), key});
  at::ScalarType precision = softmax_precision(call);
  if (precision == at::ScalarType::Undefined)
    precision = type == at::kDouble ? at::kDouble : at::kFloat;
  scores = modified(call, "score_mod", call.cast(scores, precision));
  JitValue* weights = call.call("aten::softmax.int", {scores, -1, c10::IValue()});
  weights = modified(call, "prob_mod", weights);
  JitValue* value = call.cast(repeated(call.tensor(kValue)), precision);
  return call.cast(call.call("aten::matmul", {weights, value}), type);
}

void flex_attention(OpCall& call) {
  if (call.has_attribute("score_mod") || call.has_attribute("prob_mod"))
    return call.result(modified_attention(call));
  Attention attention{call.tensor(kQuery), call.tensor(kKey), call.tensor(kValue)};
  if (call.has_attribute("scale")) attention.scale = call.real("scale", 1);
  attention.precision = softmax_precision(call);
  call.result(attend(call, attention).value);
}

void rotary_embedding(OpCall& call) {
  JitValue* x = call.tensor(0);
  const bool flat = call.rank(0) == 3;
  if (flat) x = call.call("aten::unflatten.int", {x, 2, Ints{heads_of(call, "num_heads"), -1}});
  const auto table = [&](std::size_t i) {
    if (!call.has(3)) return call.tensor(i);
    return looked_up(call, call.tensor(i), call.tensor(3));
  };
  Rotation rotation{table(1), table(2)};
  rotation.interleaved = call.integer("interleaved", 0) != 0;
  rotation.partial = call.integer("rotary_embedding_dim", 0) != 0;
  rotation.heads_axis = flat ? 2 : 1;
  JitValue* rotated = rotate(call, x, rotation);
  call.result(flat ? call.call("aten::flatten.using_ints", {rotated, 2, 3}) : rotated);
}

constexpr Entry kEntries[] = {
    {"Attention", 23, attention_entry},
    {"FlexAttention", 1, flex_attention, Types::kAsTheyAre, kPreview},
    {"RotaryEmbedding", 23, rotary_embedding},
};

}  // namespace

std::span<const Entry> attention() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
