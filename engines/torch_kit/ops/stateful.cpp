// SPDX-License-Identifier: Apache-2.0
// Operators of models with a state of fixed size: causal convolution and linear attention.
#include "torch_kit/dtypes.h"
#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/ops/attend.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Inputs: x (batch, channels, length), weights (channels, 1, kernel), bias, what came before.
void causal_convolution(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* before = sub(call, call.size(call.tensor(1), 2), int_constant(call, 1));
  JitValue* zero = int_constant(call, 0);
  JitValue* all =
      call.has(3) ? call.call("aten::cat", {call.graph.tensor_list({call.tensor(3), x}), 2})
                  : call.call("aten::constant_pad_nd", {x, call.graph.int_list({before, zero}), 0});
  JitValue* y = call.call("aten::conv1d", {all, call.tensor(1), call.tensor_or_none(2), Ints{1},
                                           Ints{0}, Ints{1}, call.size(x, 1)});
  const std::string activation = call.text("activation", "none");
  if (activation == "silu" || activation == "swish")
    y = call.call("aten::silu", {y});
  else if (activation != "none")
    call.unsupported("the activation '" + activation + "'");
  call.result(y);
  if (!call.wants(1)) return;
  JitValue* start = sub(call, call.size(all, 2), before);
  call.result(call.call("aten::slice.Tensor", {all, 2, start, c10::IValue(), 1}), 1);
}

/// Linear attention, written from its recurrence over the tokens.
class LinearAttention {
 public:
  explicit LinearAttention(OpCall& call)
      : call_(call),
        rule_(call.text("update_rule", "gated_delta")),
        heads_(call.integer("q_num_heads", 0)),
        shared_(call.integer("kv_num_heads", 0)) {
    if (heads_ < 1 || shared_ < 1 || heads_ % shared_ != 0)
      call.invalid("q_num_heads must be a positive multiple of kv_num_heads");
    gated_ = rule_ == "gated" || rule_ == "gated_delta";
    delta_ = rule_ == "delta" || rule_ == "gated_delta";
    if (!gated_ && !delta_ && rule_ != "linear")
      call.invalid("update_rule '" + rule_ + "' is none of ONNX's");
    if (gated_ != call.has(4) || delta_ != call.has(5))
      call.invalid("decay and beta do not fit update_rule '" + rule_ + "'");
  }

  void write() {
    query_ = in_heads(0, heads_);
    key_ = in_heads(1, shared_);
    value_ = in_heads(2, shared_);
    decay_ = gated_ ? call_.call("aten::exp", {in_heads(4, shared_)}) : nullptr;
    beta_ = delta_ ? beta() : nullptr;
    const std::vector<Operand> ends = loop();
    // (length, batch, heads, size) → (batch, length, heads · size).
    JitValue* all = call_.call("aten::transpose.int", {ends[1].tensor, 0, 1});
    all = call_.call("aten::flatten.using_ints", {all, 2, 3});
    call_.result(call_.cast(all, call_.type(0)));
    call_.result(call_.cast(ends[0].tensor, call_.type(call_.has(3) ? 3 : 0)), 1);
  }

 private:
  /// (batch, heads, length, size), in float.
  JitValue* in_heads(std::size_t input, std::int64_t heads) {
    return call_.cast(split_heads(call_, call_.tensor(input), heads), at::kFloat);
  }

  /// (batch, heads or 1, length, 1).
  JitValue* beta() {
    JitValue* value = call_.call("aten::transpose.int", {call_.tensor(5), 1, 2});
    return call_.cast(call_.call("aten::unsqueeze", {value, 3}), at::kFloat);
  }

  JitValue* start() {
    if (call_.has(3)) return call_.cast(call_.tensor(3), at::kFloat);
    JitValue* shape = call_.graph.int_list({call_.size(key_, 0), int_constant(call_, shared_),
                                            call_.size(key_, 3), call_.size(value_, 3)});
    return call_.call("aten::zeros", {shape, at::kFloat, c10::IValue(),
                                      c10::IValue(call_.graph.device()), c10::IValue()});
  }

  JitValue* at(JitValue* of, JitValue* now) { return call_.call("aten::select.int", {of, 2, now}); }

  /// rows · state, a product for each of batch and heads.
  JitValue* read(JitValue* row, JitValue* state) {
    JitValue* wide = call_.call("aten::unsqueeze", {row, 2});
    JitValue* product = call_.call("aten::matmul", {wide, state});
    return call_.call("aten::squeeze.dim", {product, 2});
  }

  JitValue* scale() {
    const double given = call_.real("scale", 0);
    if (given != 0) return call_.constant_value(given);
    return call_.call("aten::pow.int_float", {call_.size(query_, 3), -0.5});
  }

  JitValue* after(JitValue* state, JitValue* now) {
    JitValue* key = at(key_, now);
    JitValue* value = at(value_, now);
    if (gated_) {
      JitValue* decay = call_.call("aten::unsqueeze", {at(decay_, now), 3});
      state = call_.call("aten::mul.Tensor", {state, decay});
    }
    if (delta_) {
      JitValue* news = call_.call("aten::sub.Tensor", {value, read(key, state)});
      value = call_.call("aten::mul.Tensor", {at(beta_, now), news});
    }
    JitValue* column = call_.call("aten::unsqueeze", {key, 3});
    JitValue* row = call_.call("aten::unsqueeze", {value, 2});
    return call_.call("aten::addcmul", {state, column, row, 1});
  }

  std::vector<Operand> loop() {
    JitValue* factor = scale();
    LoopWriter loop(call_, call_.size(query_, 2), call_.constant_value(true));
    Operand first{JM_FLOAT32, start(), {}, {}};
    loop.carry(first);
    loop.collect({});
    loop.begin();
    {
      const tj::WithInsertPoint inside(loop.block());
      JitValue* now = loop.iteration().host->elements.front();
      JitValue* state = after(loop.carried(0).tensor, now);
      JitValue* wide = state;
      if (heads_ != shared_)
        wide = call_.call("aten::repeat_interleave.self_int",
                          {state, heads_ / shared_, 1, c10::IValue()});
      JitValue* out = call_.call("aten::mul.Scalar", {read(at(query_, now), wide), factor});
      loop.end_body(call_, {loop.condition(), Operand{JM_FLOAT32, state, {}, {}},
                            Operand{JM_FLOAT32, out, {}, {}}});
    }
    return loop.finish();
  }

  OpCall& call_;
  std::string rule_;
  std::int64_t heads_, shared_;
  bool gated_ = false, delta_ = false;
  JitValue *query_ = nullptr, *key_ = nullptr, *value_ = nullptr;
  JitValue *decay_ = nullptr, *beta_ = nullptr;
};

void linear_attention(OpCall& call) {
  LinearAttention(call).write();
}

constexpr Entry kEntries[] = {
    {"CausalConvWithState", 1, causal_convolution},
    {"LinearAttention", 1, linear_attention},
};

}  // namespace

std::span<const Entry> stateful() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
