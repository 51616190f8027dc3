// SPDX-License-Identifier: Apache-2.0
// Classic machine learning (ai.onnx.ml) on numbers; its trees are in trees.cpp.
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

constexpr std::string_view kMl = "ai.onnx.ml";

void array_feature_extractor(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* places = call.call("aten::reshape", {call.tensor(1), Ints{-1}});
  const std::int64_t rank = call.rank_of(x);
  JitValue* value = call.call("aten::index_select", {x, rank - 1, places});
  if (rank == 1) value = call.call("aten::unsqueeze", {value, 0});
  give_moved(call, value);
}

void binarizer(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* above = call.call("aten::gt.Scalar", {x, call.real("threshold", 0)});
  call.result(call.cast(above, call.type_of(x)));
}

JitValue* float_row(OpCall& call, const char* name) {
  const at::Tensor row = at::tensor(call.reals(name, {}), at::kFloat);
  return call.constant_value(row.to(call.graph.device()));
}

void scaler(OpCall& call) {
  JitValue* x = call.cast(call.tensor(0), at::kFloat);
  if (call.has_attribute("offset"))
    x = call.call("aten::sub.Tensor", {x, float_row(call, "offset"), 1});
  if (call.has_attribute("scale")) x = call.call("aten::mul.Tensor", {x, float_row(call, "scale")});
  call.result(x);
}

/// Rows divided by their norm; rows of zeros stay.
void normalizer(OpCall& call) {
  const std::string norm = call.text("norm", "MAX");
  if (norm != "L1" && norm != "L2") call.unsupported("norm '" + norm + "' is not covered");
  JitValue* x = call.cast(call.tensor(0), at::kFloat);
  const std::int64_t order = norm == "L1" ? 1 : 2;
  JitValue* length =
      call.call("aten::linalg_vector_norm", {x, order, Ints{-1}, true, c10::IValue()});
  JitValue* zero = call.call("aten::eq.Scalar", {length, 0});
  length = call.call("aten::masked_fill.Scalar", {length, zero, 1});
  call.result(call.call("aten::div.Tensor", {x, length}));
}

void linear_regressor(OpCall& call) {
  if (call.text("post_transform", "NONE") != "NONE")
    call.unsupported("a post_transform is not covered");
  const std::int64_t targets = call.integer("targets", 1);
  at::Tensor weight = at::tensor(call.reals("coefficients", {}), at::kFloat);
  if (targets < 1 || weight.numel() % targets != 0)
    call.invalid("its coefficients are not of all targets");
  weight = weight.reshape({targets, -1}).to(call.graph.device());
  tj::NamedValue bias{c10::IValue()};
  if (call.has_attribute("intercepts")) bias = {float_row(call, "intercepts")};
  JitValue* x = call.cast(call.tensor(0), at::kFloat);
  call.result(call.call("aten::linear", {x, call.constant_value(weight), bias}));
}

/// The keys or values of a LabelEncoder in one of its numeric forms.
std::optional<at::Tensor> labels(OpCall& call, const std::string& kind) {
  if (call.has_attribute(kind + "_tensor")) return call.tensor_attribute(kind + "_tensor");
  if (call.has_attribute(kind + "_int64s"))
    return at::tensor(call.integers(kind + "_int64s", {}), at::kLong);
  if (call.has_attribute(kind + "_floats"))
    return at::tensor(call.reals(kind + "_floats", {}), at::kFloat);
  return std::nullopt;
}

JitValue* default_label(OpCall& call, at::ScalarType type) {
  if (call.has_attribute("default_tensor"))
    return call.constant_value(call.tensor_attribute("default_tensor").reshape({}));
  if (at::isFloatingType(type)) return call.scalar_tensor(call.real("default_float", 0), type);
  return call.scalar_tensor(call.integer("default_int64", -1), type);
}

void label_encoder(OpCall& call) {
  const auto keys = labels(call, "keys");
  const auto values = labels(call, "values");
  if (!keys || !values) call.unsupported("only numbers as keys and values are covered");
  if (keys->numel() != values->numel()) call.invalid("it has not one value a key");
  JitValue* otherwise = default_label(call, values->scalar_type());
  JitValue* x = call.call("aten::unsqueeze", {call.tensor(0), -1});
  JitValue* all = call.constant_value(keys->to(call.graph.device()));
  JitValue* equal = call.call("aten::eq.Tensor", {x, all});
  if (at::isFloatingType(keys->scalar_type())) {
    JitValue* both = call.call("aten::logical_and",
                               {call.call("aten::isnan", {x}), call.call("aten::isnan", {all})});
    equal = call.call("aten::logical_or", {equal, both});
  }
  JitValue* found = call.call("aten::any.dim", {equal, -1, false});
  JitValue* place = call.call("aten::argmax", {call.cast(equal, at::kByte), -1, false});
  JitValue* table = call.constant_value(values->to(call.graph.device()));
  JitValue* value =
      call.call("aten::index.Tensor", {table, call.graph.optional_tensor_list({place})});
  value = call.call("aten::where.self", {found, value, otherwise});
  call.result(call.graph.declare(value, values->scalar_type(), call.rank(0)));
}

constexpr Entry kEntries[] = {
    {"ArrayFeatureExtractor", 1, array_feature_extractor, Types::kAsTheyAre, kMl},
    {"Binarizer", 1, binarizer, Types::kAsTheyAre, kMl},
    {"Scaler", 1, scaler, Types::kAsTheyAre, kMl},
    {"Normalizer", 1, normalizer, Types::kAsTheyAre, kMl},
    {"LinearRegressor", 1, linear_regressor, Types::kAsTheyAre, kMl},
    {"LabelEncoder", 2, label_encoder, Types::kAsTheyAre, kMl},
};

}  // namespace

std::span<const Entry> classic() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
