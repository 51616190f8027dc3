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

Value OpenvinoDecoder::flat_places(const Value& places) {
  return ir_.call({.op = "Reshape",
                   .opset = "opset1",
                   .inputs = {places, ir_.ints({-1})},
                   .attributes = {{"special_zero", "false"}},
                   .type = IrType::kI64});
}

Value OpenvinoDecoder::rows_of(const Value& table, const Value& places) {
  return ir_.call({.op = "Gather",
                   .opset = "opset8",
                   .inputs = {table, places, ir_.integer(0)},
                   .attributes = {{"batch_dims", "0"}}});
}

Value OpenvinoDecoder::embed(const WeightRef& table) {
  return rows_of(weight(table), flat_places(ids()));
}

Value OpenvinoDecoder::embed_positions(const WeightRef& table) {
  return rows_of(weight(table), flat_places(positions()));
}

Value OpenvinoDecoder::scaled(const Value& x, double factor) {
  return multiply(x, ir_.floats({static_cast<float>(factor)}, {1}));
}

Value OpenvinoDecoder::add(const Value& a, const Value& b) {
  return ir_.call({.op = "Add",
                   .opset = "opset1",
                   .inputs = {a, b},
                   .attributes = {{"auto_broadcast", "numpy"}}});
}

Value OpenvinoDecoder::multiply(const Value& a, const Value& b) {
  return ir_.call({.op = "Multiply",
                   .opset = "opset1",
                   .inputs = {a, b},
                   .attributes = {{"auto_broadcast", "numpy"}}});
}

Value OpenvinoDecoder::activate(const Value& x, Activation activation) {
  const auto unary = [&](const char* op, const char* opset) {
    return ir_.call({.op = op, .opset = opset, .inputs = {x}});
  };
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
      return multiply(x,
                      ir_.call({.op = "Sigmoid", .opset = "opset1", .inputs = {scaled(x, 1.702)}}));
    case Activation::kSilu:
      return unary("Swish", "opset4");
    case Activation::kRelu:
      return unary("ReLU", "opset1");
    case Activation::kReluSquared: {
      const Value positive = unary("ReLU", "opset1");
      return multiply(positive, positive);
    }
    case Activation::kTanh:
      return unary("Tanh", "opset1");
    case Activation::kSigmoid:
      return unary("Sigmoid", "opset1");
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
  // In the order that the compiler knows as one operation.
  const Value square = ir_.call({.op = "Power",
                                 .opset = "opset1",
                                 .inputs = {x, ir_.floats({2.0F}, {1})},
                                 .attributes = {{"auto_broadcast", "numpy"}}});
  const Value mean = ir_.call({.op = "ReduceMean",
                               .opset = "opset1",
                               .inputs = {square, ir_.ints({-1})},
                               .attributes = {{"keep_dims", "true"}}});
  const Value root =
      ir_.call({.op = "Sqrt",
                .opset = "opset1",
                .inputs = {add(mean, ir_.floats({static_cast<float>(spec_.norm_epsilon)}, {1}))}});
  const Value inverse =
      ir_.call({.op = "Divide",
                .opset = "opset1",
                .inputs = {ir_.floats({1.0F}, {1}), root},
                .attributes = {{"auto_broadcast", "numpy"}, {"m_pythondiv", "true"}}});
  return multiply(scale, multiply(x, inverse));
}

Value OpenvinoDecoder::norm(const Value& x, const Norm& norm) {
  return normalised(x, norm_weight(norm.weight), norm.bias);
}

Value OpenvinoDecoder::head_norm(const Value& x, const HeadNorms& norms) {
  const auto reshaped = [&](const Value& value, const std::vector<std::int64_t>& dims) {
    return ir_.call({.op = "Reshape",
                     .opset = "opset1",
                     .inputs = {value, ir_.ints(dims)},
                     .attributes = {{"special_zero", "false"}}});
  };
  const Value apart = reshaped(x, {-1, norms.heads, spec_.head_size});
  Value scale = weight(norms.weights.front());
  if (norms.weights.size() > 1) {
    IrWriter::Inputs rows;
    for (const WeightRef& ref : norms.weights)
      rows.push_back(reshaped(weight(ref), {1, spec_.head_size}));
    scale = ir_.call(
        {.op = "Concat", .opset = "opset1", .inputs = rows, .attributes = {{"axis", "0"}}});
  }
  return reshaped(normalised(apart, scale, norms.bias), {-1, norms.heads * spec_.head_size});
}

std::array<Value, 3> OpenvinoDecoder::split(const Value& joined) {
  const std::int64_t queries = spec_.heads * spec_.head_size;
  const std::int64_t shared = spec_.kv_heads * spec_.head_size;
  const bool per_head = spec_.qkv == QkvLayout::kPerHead;
  const auto reshaped = [&](const Value& value, const std::vector<std::int64_t>& dims) {
    return ir_.call({.op = "Reshape",
                     .opset = "opset1",
                     .inputs = {value, ir_.ints(dims)},
                     .attributes = {{"special_zero", "false"}}});
  };
  const Value whole = per_head ? reshaped(joined, {-1, spec_.heads, 3 * spec_.head_size}) : joined;
  const Value sizes =
      per_head ? ir_.ints(std::vector(3, spec_.head_size)) : ir_.ints({queries, shared, shared});
  const auto parts = ir_.calls({.op = "VariadicSplit",
                                .opset = "opset1",
                                .inputs = {whole, ir_.integer(per_head ? 2 : 1), sizes}},
                               3);
  if (!per_head) return {parts[0], parts[1], parts[2]};
  return {reshaped(parts[0], {-1, queries}), reshaped(parts[1], {-1, queries}),
          reshaped(parts[2], {-1, queries})};
}

Value OpenvinoDecoder::wanted_rows(const Value& x) {
  return rows_of(x, ir_.parameter("logits_rows", IrType::kI64, {-1}));
}

void OpenvinoDecoder::logits(const Value& x) {
  ir_.result("logits", x);
}

}  // namespace joulemark::checkpoint
