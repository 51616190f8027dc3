// SPDX-License-Identifier: Apache-2.0
// Rotation, state and masks, in the shapes that the compiler's passes for stateful attention know.
#include <fmt/format.h>

#include <limits>

#include "checkpoint/alibi.h"
#include "checkpoint/openvino_decoder.h"

namespace joulemark::checkpoint {

Value OpenvinoDecoder::length() {
  return ir_.element(ir_.shape_of(ids()), 1);
}

Value OpenvinoDecoder::total() {
  return ir_.element(ir_.shape_of(given()), 1);
}

Value OpenvinoDecoder::by_head(const Value& x, std::int64_t heads) {
  const Value shape = ir_.once(fmt::format("shape {}", heads), [&] {
    return ir_.concat({ir_.shape_of(ids()), ir_.ints({heads, spec_.head_size})}, 0);
  });
  return ir_.transpose(ir_.reshape(x, shape), {0, 2, 1, 3});
}

Value OpenvinoDecoder::frequencies() {
  const Rotary& rotary = spec_.rotary;
  const std::vector<std::int64_t> dims{static_cast<std::int64_t>(rotary.frequencies.size())};
  const Value fixed = ir_.floats(rotary.frequencies, dims);
  if (rotary.scaling.kind == RotaryScaling::Kind::kFixed) return fixed;
  const auto number = [&](double value) { return ir_.floats({static_cast<float>(value)}, {1}); };
  const Value last = ir_.call({.op = "ReduceMax",
                               .opset = "opset1",
                               .inputs = {positions(), ir_.ints({0, 1})},
                               .attributes = {{"keep_dims", "false"}},
                               .type = IrType::kI64});
  const Value tokens = add(ir_.convert(last, IrType::kF32), number(1));
  const auto trained = static_cast<double>(rotary.scaling.trained);
  if (rotary.scaling.kind == RotaryScaling::Kind::kSwitched)
    return ir_.select(ir_.compare("Greater", tokens, number(trained)),
                      ir_.floats(rotary.scaling.long_frequencies, dims), fixed);
  // As in onnx_decoder.cpp: the base grows with the length.
  Value stretch = scaled(tokens, rotary.scaling.factor / trained);
  stretch = ir_.binary("Subtract", stretch, number(rotary.scaling.factor - 1));
  stretch = ir_.binary("Maximum", stretch, number(1));
  std::vector<float> exponents;
  for (std::size_t i = 0; i < rotary.frequencies.size(); ++i)
    exponents.push_back(-static_cast<float>(2 * i) / static_cast<float>(rotary.dims() - 2));
  return multiply(fixed, ir_.binary("Power", stretch, ir_.floats(exponents, dims)));
}

/// Cosines or sines of all angles, twice, for both halves: [batch, 1, length, rotated].
Value OpenvinoDecoder::waves(const char* function) {
  return ir_.once(function, [&] {
    const Value angles = ir_.once("angles", [&] {
      const Value places = ir_.convert(ir_.unsqueeze(positions(), {1, 3}), IrType::kF32);
      const Value half = multiply(places, frequencies());
      return ir_.concat({half, half}, -1);
    });
    const Value made = ir_.unary(function, angles);
    return spec_.rotary.amplitude == 1 ? made : scaled(made, spec_.rotary.amplitude);
  });
}

Value OpenvinoDecoder::rotated(const Value& x) {
  const std::int64_t dims = spec_.rotary.dims();
  const auto split = [&](const Value& whole, const std::vector<std::int64_t>& sizes) {
    return ir_.calls({.op = "VariadicSplit",
                      .opset = "opset1",
                      .inputs = {whole, ir_.integer(3), ir_.ints(sizes)}},
                     sizes.size());
  };
  Value turned = x;
  std::vector<Value> parts;
  if (dims < spec_.head_size) {
    parts = split(x, {dims, spec_.head_size - dims});
    turned = parts[0];
  }
  const auto halves = split(turned, {dims / 2, dims / 2});
  const Value other = ir_.concat({scaled(halves[1], -1), halves[0]}, -1);
  const Value result = add(multiply(turned, waves("Cos")), multiply(other, waves("Sin")));
  return parts.empty() ? result : ir_.concat({result, parts[1]}, -1);
}

/// The cache of one layer with the new keys or values behind it.
Value OpenvinoDecoder::state(std::int64_t layer, const char* which, const Value& fresh) {
  const Value beams = ir_.parameter("beam_idx", IrType::kI32, {-1});
  const Value empty = ir_.once("empty", [&] {
    const Value shape =
        ir_.concat({ir_.shape_of(beams), ir_.ints({spec_.kv_heads, 0, spec_.head_size})}, 0);
    return ir_.call({.op = "Broadcast",
                     .opset = "opset3",
                     .inputs = {ir_.floats({0.0F}, {}), shape},
                     .attributes = {{"mode", "numpy"}}});
  });
  const std::string name =
      fmt::format("past_key_values.{}.{}present.{}.{}", layer, which, layer, which);
  const std::string shape = fmt::format("?,{},?,{}", spec_.kv_heads, spec_.head_size);
  const Value past = ir_.call(
      {.op = "ReadValue",
       .opset = "opset6",
       .inputs = {empty},
       .attributes = {{"variable_id", name}, {"variable_type", "f32"}, {"variable_shape", shape}}});
  const Value present = ir_.concat({ir_.gather(past, beams), fresh}, -2);
  ir_.call({.op = "Assign",
            .opset = "opset6",
            .inputs = {present},
            .attributes = {{"variable_id", name}}});
  return present;
}

/// Each head of keys or values as often as queries share it.
Value OpenvinoDecoder::shared_heads(const Value& x) {
  const std::int64_t sharing = spec_.heads / spec_.kv_heads;
  if (sharing == 1) return x;
  const Value repeated =
      ir_.call({.op = "Broadcast",
                .opset = "opset3",
                .inputs = {ir_.unsqueeze(x, {2}), ir_.ints({1, 1, sharing, 1, 1})},
                .attributes = {{"mode", "bidirectional"}}});
  return ir_.call({.op = "Reshape",
                   .opset = "opset1",
                   .inputs = {repeated, ir_.ints({0, spec_.heads, -1, spec_.head_size})},
                   .attributes = {{"special_zero", "true"}}});
}

Value OpenvinoDecoder::seen(std::int64_t window) {
  const auto range = [&](const Value& from) {
    return ir_.call({.op = "Range",
                     .opset = "opset4",
                     .inputs = {from, total(), ir_.integer(1)},
                     .attributes = {{"output_type", "i64"}},
                     .type = IrType::kI64});
  };
  const Value keys = ir_.once("keys", [&] { return range(ir_.integer(0)); });
  const Value queries = ir_.once("queries", [&] {
    return ir_.unsqueeze(range(ir_.binary("Subtract", total(), length())), {1});
  });
  Value visible = ir_.compare("LessEqual", keys, queries);
  if (window > 0) {
    const Value gone = ir_.binary("Subtract", queries, ir_.integer(window));
    visible = ir_.compare("LogicalAnd", visible, ir_.compare("Greater", keys, gone));
  }
  const Value real = ir_.once("real", [&] {
    return ir_.unsqueeze(ir_.convert(given(), IrType::kBool), {1, 2});
  });
  return ir_.compare("LogicalAnd", visible, real);
}

Value OpenvinoDecoder::bias() {
  return ir_.once("bias", [&] {
    const Value count = ir_.call({.op = "CumSum",
                                  .opset = "opset3",
                                  .inputs = {given(), ir_.integer(1)},
                                  .attributes = {{"exclusive", "false"}, {"reverse", "false"}},
                                  .type = IrType::kI64});
    const Value places = multiply(ir_.binary("Subtract", count, ir_.integer(1)), given());
    return multiply(ir_.floats(alibi_slopes(spec_.heads), {1, spec_.heads, 1, 1}),
                    ir_.convert(ir_.unsqueeze(places, {1, 2}), IrType::kF32));
  });
}

Value OpenvinoDecoder::mask(std::int64_t window) {
  return ir_.once(fmt::format("mask {}", window), [&] {
    const Value hidden = ir_.select(seen(window), ir_.floats({0.0F}, {}),
                                    ir_.floats({std::numeric_limits<float>::lowest()}, {}));
    return spec_.position == PositionScheme::kAlibi ? add(hidden, bias()) : hidden;
  });
}

Value OpenvinoDecoder::attend(const Attention& attention) {
  Value query = by_head(attention.query, spec_.heads);
  Value key = by_head(attention.key, spec_.kv_heads);
  const Value value = by_head(attention.value, spec_.kv_heads);
  if (spec_.position == PositionScheme::kRotary) {
    query = rotated(query);
    key = rotated(key);
  }
  const std::int64_t window =
      spec_.windows.empty() ? 0 : spec_.windows[static_cast<std::size_t>(attention.layer)];
  const auto scale = static_cast<float>(spec_.scale_of(attention.layer));
  const Value heads = ir_.call({.op = "ScaledDotProductAttention",
                                .opset = "opset13",
                                .inputs = {query, shared_heads(state(attention.layer, "key", key)),
                                           shared_heads(state(attention.layer, "value", value)),
                                           mask(window), ir_.floats({scale}, {})},
                                .attributes = {{"causal", "false"}}});
  return ir_.reshape(ir_.transpose(heads, {0, 2, 1, 3}), {-1, spec_.heads * spec_.head_size});
}

}  // namespace joulemark::checkpoint
