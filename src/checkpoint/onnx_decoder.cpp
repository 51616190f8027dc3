// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/onnx_decoder.h"

#include <fmt/format.h>

namespace joulemark::checkpoint {
namespace {

using model::Dim;

}  // namespace

OnnxDecoder::OnnxDecoder(const DecoderSpec& spec, const WeightPlaces& places)
    : OnnxCalls(spec.model_type, places), spec_(spec) {
  // The cache's outputs come behind it, however many layers there are.
  output("logits", {{-1, "rows"}, {spec.vocabulary, ""}});
}

Value OnnxDecoder::ids() {
  return input("input_ids", JM_INT64, {{-1, "batch"}, {-1, "length"}});
}

Value OnnxDecoder::positions() {
  return input("position_ids", JM_INT64, {{-1, "batch"}, {-1, "length"}});
}

OnnxDecoder::Cache OnnxDecoder::cache(std::int64_t layer, const char* past, const char* present) {
  const auto dims = [&](const char* axis) {
    return std::vector<Dim>{{-1, "batch"}, {spec_.kv_heads, ""}, {-1, axis}, {spec_.head_size, ""}};
  };
  Cache names{fmt::format("past_key_values.{}.key", layer),
              fmt::format("past_key_values.{}.value", layer), fmt::format("present.{}.key", layer),
              fmt::format("present.{}.value", layer)};
  for (const std::string& name : {names.past_key, names.past_value})
    input(name.c_str(), JM_FLOAT32, dims(past));
  for (const std::string& name : {names.present_key, names.present_value})
    output(name, dims(present));
  return names;
}

Value OnnxDecoder::embed(const WeightRef& table) {
  const Value tokens = call("Reshape", {ids().name, ints({-1}).name});
  return call("Gather", {weight(table).name, tokens.name});
}

Value OnnxDecoder::embed_positions(const WeightRef& table) {
  const Value places = call("Reshape", {positions().name, ints({-1}).name});
  return call("Gather", {weight(table).name, places.name});
}

Value OnnxDecoder::norm_weight(const WeightRef& ref) {
  if (!spec_.norm_adds_one) return weight(ref);
  return once("norm " + ref.name, [&] { return add(weight(ref), number(1)); });
}

Value OnnxDecoder::normalised(const Value& x, const Value& scale,
                              const std::optional<WeightRef>& bias) {
  const Attributes attributes{{"axis", std::int64_t{-1}},
                              {"epsilon", static_cast<float>(spec_.norm_epsilon)}};
  if (spec_.norm == NormKind::kRootMeanSquare)
    return call("SimplifiedLayerNormalization", {x.name, scale.name}, attributes);
  Inputs inputs{x.name, scale.name};
  if (bias) inputs.push_back(weight(*bias).name);
  return call("LayerNormalization", inputs, attributes);
}

Value OnnxDecoder::norm(const Value& x, const Norm& norm) {
  return normalised(x, norm_weight(norm.weight), norm.bias);
}

Value OnnxDecoder::head_norm(const Value& x, const HeadNorms& norms) {
  const Value apart = call("Reshape", {x.name, ints({-1, norms.heads, spec_.head_size}).name});
  const Value whole = ints({-1, norms.heads * spec_.head_size});
  if (norms.weights.size() == 1) {
    const Value normal = normalised(apart, weight(norms.weights.front()), norms.bias);
    return call("Reshape", {normal.name, whole.name});
  }
  Inputs rows;
  for (const WeightRef& ref : norms.weights)
    rows.push_back(call("Unsqueeze", {weight(ref).name, ints({0}).name}).name);
  const Value scale = call("Concat", rows, {{"axis", std::int64_t{0}}});
  const Value ones = floats(std::vector<float>(static_cast<std::size_t>(spec_.head_size), 1.0F),
                            {spec_.head_size});
  const Value normal = multiply(normalised(apart, ones, std::nullopt), scale);
  return call("Reshape", {normal.name, whole.name});
}

std::array<Value, 3> OnnxDecoder::split(const Value& joined) {
  const std::int64_t queries = spec_.heads * spec_.head_size;
  const std::int64_t shared = spec_.kv_heads * spec_.head_size;
  std::array<Value, 3> parts{fresh("query"), fresh("key"), fresh("value")};
  const Inputs names{parts[0].name, parts[1].name, parts[2].name};
  if (spec_.qkv == QkvLayout::kJoined) {
    add_node("", "Split", {joined.name, ints({queries, shared, shared}).name}, names,
             {{"axis", std::int64_t{1}}});
    return parts;
  }
  const Value heads =
      call("Reshape", {joined.name, ints({-1, spec_.heads, 3 * spec_.head_size}).name});
  add_node("", "Split", {heads.name, ints(std::vector(3, spec_.head_size)).name}, names,
           {{"axis", std::int64_t{2}}});
  for (Value& part : parts) part = call("Reshape", {part.name, ints({-1, queries}).name});
  return parts;
}

Value OnnxDecoder::by_row(const Value& x, std::int64_t width) {
  const Value shape = once(fmt::format("shape {}", width), [&] {
    const Value rows = once("shape", [&] { return call("Shape", {ids().name}); });
    return call("Concat", {rows.name, ints({width}).name}, {{"axis", std::int64_t{0}}});
  });
  return call("Reshape", {x.name, shape.name});
}

Value OnnxDecoder::flat(const Value& x, std::int64_t width) {
  return call("Reshape", {x.name, ints({-1, width}).name});
}

Value OnnxDecoder::length() {
  return once("length", [&] {
    const Value shape = once("shape", [&] { return call("Shape", {ids().name}); });
    return call("Gather", {shape.name, integer(1).name});
  });
}

Value OnnxDecoder::wanted_rows(const Value& x) {
  const Value rows = input("logits_rows", JM_INT64, {{-1, "rows"}});
  return call("Gather", {x.name, rows.name});
}

void OnnxDecoder::logits(const Value&) {
  end_with("logits");
}

Value OnnxDecoder::frequencies() {
  const Rotary& rotary = spec_.rotary;
  const std::vector<std::int64_t> dims{static_cast<std::int64_t>(rotary.frequencies.size())};
  const Value fixed = floats(rotary.frequencies, dims);
  if (rotary.scaling.kind == RotaryScaling::Kind::kFixed) return fixed;
  const Value last = call("ReduceMax", {positions().name}, {{"keepdims", std::int64_t{0}}});
  Value tokens = call("Cast", {last.name}, {{"to", std::int64_t{JM_FLOAT32}}});
  tokens = add(tokens, number(1));
  const auto trained = static_cast<double>(rotary.scaling.trained);
  if (rotary.scaling.kind == RotaryScaling::Kind::kSwitched) {
    const Value beyond = call("Greater", {tokens.name, number(trained).name});
    return call("Where",
                {beyond.name, floats(rotary.scaling.long_frequencies, dims).name, fixed.name});
  }
  // θ' = θ · s^(r / (r − 2)), and the i-th frequency is θ'^(−2i / r).
  Value stretch = scaled(tokens, rotary.scaling.factor / trained);
  stretch = call("Sub", {stretch.name, number(rotary.scaling.factor - 1).name});
  stretch = call("Max", {stretch.name, number(1).name});
  std::vector<float> exponents;
  for (std::size_t i = 0; i < rotary.frequencies.size(); ++i)
    exponents.push_back(-static_cast<float>(2 * i) / static_cast<float>(rotary.dims() - 2));
  const Value slower = call("Pow", {stretch.name, floats(exponents, dims).name});
  return multiply(fixed, slower);
}

Value OnnxDecoder::rotated(const Value& x, std::int64_t heads) {
  constexpr std::int64_t kRotaryOpset = 23;
  need_opset(kRotaryOpset);
  const auto table = [&](const char* function) {
    const Value angles = once("angles", [&] {
      Value places = call("Cast", {positions().name}, {{"to", std::int64_t{JM_FLOAT32}}});
      places = call("Unsqueeze", {places.name, ints({2}).name});
      return multiply(places, frequencies());
    });
    const Value waves = call(function, {angles.name});
    return spec_.rotary.amplitude == 1 ? waves : scaled(waves, spec_.rotary.amplitude);
  };
  const Value cosines = once("cosines", [&] { return table("Cos"); });
  const Value sines = once("sines", [&] { return table("Sin"); });
  Attributes attributes{{"num_heads", heads}};
  if (spec_.rotary.dims() != spec_.head_size)
    attributes.push_back({"rotary_embedding_dim", spec_.rotary.dims()});
  return call("RotaryEmbedding", {x.name, cosines.name, sines.name}, std::move(attributes));
}

}  // namespace joulemark::checkpoint
