// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/onnx_calls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

namespace joulemark::checkpoint {
namespace {

using model::Dim;

constexpr const char* kContrib = "com.microsoft";
/// Gelu with its tanh form is there since 20.
constexpr std::int64_t kOpset = 20;

template <class T>
model::HostTensor host_tensor(jm_dtype dtype, const std::vector<T>& values,
                              const std::vector<std::int64_t>& dims) {
  model::HostTensor tensor{"", dtype, dims, {}, {}};
  tensor.data.resize(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

}  // namespace

OnnxCalls::OnnxCalls(std::string graph_name, const WeightPlaces& places) : places_(places) {
  contents_.graph_name = std::move(graph_name);
  contents_.opsets = {{"", kOpset}};
}

void OnnxCalls::output(const std::string& name, std::vector<Dim> dims) {
  contents_.outputs.push_back({name, model::ValueKind::kTensor, JM_FLOAT32, std::move(dims), {}});
}

void OnnxCalls::end_with(const char* name) {
  contents_.nodes.back().outputs.front() = name;
}

std::string OnnxCalls::finish() const {
  return model::serialize_onnx(contents_);
}

void OnnxCalls::need_opset(std::int64_t version) {
  contents_.opsets[""] = std::max(contents_.opsets[""], version);
}

void OnnxCalls::set_versions(std::int64_t opset, std::int64_t ir_version) {
  contents_.opsets[""] = opset;
  contents_.ir_version = ir_version;
}

Value OnnxCalls::fresh(const char* op) {
  return {fmt::format("{}_{}", op, next_++)};
}

void OnnxCalls::add_node(const char* domain, const char* op, const Inputs& inputs,
                         const Inputs& outputs, Attributes attributes) {
  if (*domain != '\0') contents_.opsets[domain] = 1;
  contents_.nodes.push_back(
      {outputs.front(), op, domain, 0, inputs, outputs, std::move(attributes)});
}

Value OnnxCalls::call(const char* op, const Inputs& inputs, Attributes attributes) {
  const Value out = fresh(op);
  add_node("", op, inputs, {out.name}, std::move(attributes));
  return out;
}

Value OnnxCalls::call_contrib(const char* op, const Inputs& inputs, Attributes attributes) {
  const Value out = fresh(op);
  add_node(kContrib, op, inputs, {out.name}, std::move(attributes));
  return out;
}

Value OnnxCalls::constant(model::HostTensor tensor) {
  std::string key =
      fmt::format("{} {} ", static_cast<int>(tensor.dtype), fmt::join(tensor.dims, ","));
  key.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  const auto known = constants_.find(key);
  if (known != constants_.end()) return known->second;
  const Value value = fresh("constant");
  tensor.name = value.name;
  contents_.constants.push_back(std::move(tensor));
  constants_.emplace(std::move(key), value);
  return value;
}

Value OnnxCalls::ints(const std::vector<std::int64_t>& values) {
  return constant(host_tensor(JM_INT64, values, {static_cast<std::int64_t>(values.size())}));
}

Value OnnxCalls::integer(std::int64_t value) {
  return constant(host_tensor(JM_INT64, std::vector{value}, {}));
}

Value OnnxCalls::floats(const std::vector<float>& values, const std::vector<std::int64_t>& dims) {
  return constant(host_tensor(JM_FLOAT32, values, dims));
}

Value OnnxCalls::weight(const WeightRef& ref) {
  const auto place = places_.offsets.find(ref.name);
  if (place == places_.offsets.end() || !declared_.insert(ref.name).second) return {ref.name};
  std::uint64_t bytes = sizeof(float);
  for (const std::int64_t dim : ref.dims) bytes *= static_cast<std::uint64_t>(dim);
  contents_.weights.push_back({ref.name, JM_FLOAT32, ref.dims, places_.file, place->second, bytes});
  return {ref.name};
}

Value OnnxCalls::input(const char* name, jm_dtype dtype, std::vector<Dim> dims) {
  if (declared_.insert(name).second)
    contents_.inputs.push_back({name, model::ValueKind::kTensor, dtype, std::move(dims), {}});
  return {name};
}

Value OnnxCalls::scaled(const Value& x, double factor) {
  return call("Mul", {x.name, number(factor).name});
}

Value OnnxCalls::add(const Value& a, const Value& b) {
  return call("Add", {a.name, b.name});
}

Value OnnxCalls::multiply(const Value& a, const Value& b) {
  return call("Mul", {a.name, b.name});
}

Value OnnxCalls::activate(const Value& x, Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return call("Gelu", {x.name});
    case Activation::kGeluTanh:
      return call("Gelu", {x.name}, {{"approximate", std::string("tanh")}});
    case Activation::kGeluQuick: {
      const Value scaled_x = scaled(x, 1.702);
      return multiply(x, call("Sigmoid", {scaled_x.name}));
    }
    case Activation::kSilu:
      return multiply(x, call("Sigmoid", {x.name}));
    case Activation::kRelu:
      return call("Relu", {x.name});
    case Activation::kReluSquared: {
      const Value positive = call("Relu", {x.name});
      return multiply(positive, positive);
    }
    case Activation::kTanh:
      return call("Tanh", {x.name});
    case Activation::kSigmoid:
      return call("Sigmoid", {x.name});
    case Activation::kIdentity:
      return x;
  }
  return x;
}

Value OnnxCalls::linear(const Value& x, const Linear& linear) {
  Inputs inputs{x.name, weight(linear.weight).name};
  if (linear.bias) inputs.push_back(weight(*linear.bias).name);
  Attributes attributes;
  if (linear.layout == MatrixLayout::kOutIn) attributes.push_back({"transB", std::int64_t{1}});
  return call("Gemm", inputs, std::move(attributes));
}

}  // namespace joulemark::checkpoint
