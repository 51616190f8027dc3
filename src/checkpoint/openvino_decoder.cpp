// SPDX-License-Identifier: Apache-2.0
// Everything but attention; that: openvino_attention.cpp.
#include "checkpoint/openvino_decoder.h"

#include <fmt/format.h>

namespace joulemark::checkpoint {
namespace {

/// What MVN calls the place of epsilon.
constexpr const char* kInsideRoot = "INSIDE_SQRT";

}  // namespace

OpenvinoDecoder::OpenvinoDecoder(const DecoderSpec& spec, const WeightPlaces& places)
    : spec_(spec), places_(places) {}

Value OpenvinoDecoder::weight(const WeightRef& ref) {
  const auto place = places_.offsets.find(ref.name);
  return ir_.stored(ref.name, ref.dims, place == places_.offsets.end() ? 0 : place->second);
}

Value OpenvinoDecoder::ids() {
  return ir_.parameter("input_ids", IrType::kI64, {-1, -1});
}

Value OpenvinoDecoder::positions() {
  return ir_.parameter("position_ids", IrType::kI64, {-1, -1});
}

Value OpenvinoDecoder::given() {
  return ir_.parameter("attention_mask", IrType::kI64, {-1, -1});
}

Value OpenvinoDecoder::embed(const WeightRef& table) {
  return ir_.gather(weight(table), ir_.reshape(ids(), {-1}));
}

Value OpenvinoDecoder::embed_positions(const WeightRef& table) {
  return ir_.gather(weight(table), ir_.reshape(positions(), {-1}));
}

Value OpenvinoDecoder::scaled(const Value& x, double factor) {
  return multiply(x, ir_.floats({static_cast<float>(factor)}, {1}));
}

Value OpenvinoDecoder::add(const Value& a, const Value& b) {
  return ir_.binary("Add", a, b);
}

Value OpenvinoDecoder::multiply(const Value& a, const Value& b) {
  return ir_.binary("Multiply", a, b);
}

Value OpenvinoDecoder::activate(const Value& x, Activation activation) {
  const auto gelu = [&](const char* mode) {
    return ir_.call({.op = "Gelu",
                     .opset = "opset7",
                     .inputs = {x},
                     .attributes = {{"approximation_mode", mode}}});
  };
  switch (activation) {
    case Activation::kGelu:
      return gelu("ERF");
    case Activation::kGeluTanh:
      return gelu("TANH");
    case Activation::kGeluQuick:
      return multiply(x, ir_.unary("Sigmoid", scaled(x, 1.702)));
    case Activation::kSilu:
      return ir_.call({.op = "Swish", .opset = "opset4", .inputs = {x}});
    case Activation::kRelu:
      return ir_.unary("ReLU", x);
    case Activation::kReluSquared: {
      const Value positive = ir_.unary("ReLU", x);
      return multiply(positive, positive);
    }
    case Activation::kTanh:
      return ir_.unary("Tanh", x);
    case Activation::kSigmoid:
      return ir_.unary("Sigmoid", x);
    case Activation::kIdentity:
      return x;
  }
  return x;
}

Value OpenvinoDecoder::linear(const Value& x, const Linear& linear) {
  const bool transposed = linear.layout == MatrixLayout::kOutIn;
  const Value product = ir_.call(
      {.op = "MatMul",
       .opset = "opset1",
       .inputs = {x, weight(linear.weight)},
       .attributes = {{"transpose_a", "false"}, {"transpose_b", transposed ? "true" : "false"}}});
  return linear.bias ? add(product, weight(*linear.bias)) : product;
}

Value OpenvinoDecoder::norm_weight(const WeightRef& ref) {
  if (!spec_.norm_adds_one) return weight(ref);
  return ir_.once("norm " + ref.name, [&] { return add(weight(ref), ir_.floats({1.0F}, {1})); });
}

Value OpenvinoDecoder::normalised(const Value& x, const Value& scale,
                                  const std::optional<WeightRef>& bias) {
  if (spec_.norm == NormKind::kLayer) {
    const Value centred = ir_.call({.op = "MVN",
                                    .opset = "opset6",
                                    .inputs = {x, ir_.ints({-1})},
                                    .attributes = {{"normalize_variance", "true"},
                                                   {"eps", fmt::format("{}", spec_.norm_epsilon)},
                                                   {"eps_mode", kInsideRoot}}});
    const Value wide = multiply(centred, scale);
    return bias ? add(wide, weight(*bias)) : wide;
  }
  const auto number = [&](double value) { return ir_.floats({static_cast<float>(value)}, {1}); };
  // In the order that the compiler knows as one operation.
  const Value mean = ir_.call({.op = "ReduceMean",
                               .opset = "opset1",
                               .inputs = {ir_.binary("Power", x, number(2)), ir_.ints({-1})},
                               .attributes = {{"keep_dims", "true"}}});
  const Value root = ir_.unary("Sqrt", add(mean, number(spec_.norm_epsilon)));
  const Value inverse = ir_.binary("Divide", number(1), root);
  return multiply(scale, multiply(x, inverse));
}

Value OpenvinoDecoder::norm(const Value& x, const Norm& norm) {
  return normalised(x, norm_weight(norm.weight), norm.bias);
}

Value OpenvinoDecoder::head_norm(const Value& x, const HeadNorms& norms) {
  const Value apart = ir_.reshape(x, {-1, norms.heads, spec_.head_size});
  Value scale = weight(norms.weights.front());
  if (norms.weights.size() > 1) {
    IrWriter::Inputs rows;
    for (const WeightRef& ref : norms.weights)
      rows.push_back(ir_.reshape(weight(ref), {1, spec_.head_size}));
    scale = ir_.concat(rows, 0);
  }
  return ir_.reshape(normalised(apart, scale, norms.bias), {-1, norms.heads * spec_.head_size});
}

std::array<Value, 3> OpenvinoDecoder::split(const Value& joined) {
  const std::int64_t queries = spec_.heads * spec_.head_size;
  const std::int64_t shared = spec_.kv_heads * spec_.head_size;
  const bool per_head = spec_.qkv == QkvLayout::kPerHead;
  const Value whole =
      per_head ? ir_.reshape(joined, {-1, spec_.heads, 3 * spec_.head_size}) : joined;
  const Value sizes =
      per_head ? ir_.ints(std::vector(3, spec_.head_size)) : ir_.ints({queries, shared, shared});
  const auto parts = ir_.calls({.op = "VariadicSplit",
                                .opset = "opset1",
                                .inputs = {whole, ir_.integer(per_head ? 2 : 1), sizes}},
                               3);
  if (!per_head) return {parts[0], parts[1], parts[2]};
  return {ir_.reshape(parts[0], {-1, queries}), ir_.reshape(parts[1], {-1, queries}),
          ir_.reshape(parts[2], {-1, queries})};
}

Value OpenvinoDecoder::wanted_rows(const Value& x) {
  return ir_.gather(x, ir_.parameter("logits_rows", IrType::kI64, {-1}));
}

void OpenvinoDecoder::logits(const Value& x) {
  ir_.result("logits", x);
}

}  // namespace joulemark::checkpoint
