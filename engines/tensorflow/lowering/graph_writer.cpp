// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/graph_writer.h"

#include <cctype>
#include <cstring>
#include <string_view>

#include "model/dtype.h"
#include "plugin_kit/status.h"
#include "tensorflow/dtypes.h"

namespace joulemark::tf {
namespace {

/// Longer values are data, not shapes.
constexpr std::int64_t kMostKnown = 1024;

struct OwnedTensor {
  const Api& api;
  Tensor* tensor = nullptr;
  ~OwnedTensor() {
    if (tensor != nullptr) api.TF_DeleteTensor(tensor);
  }
};

struct SetAttr {
  const Api& api;
  OperationDescription* to;
  const char* name;

  void operator()(std::int64_t value) const { api.TF_SetAttrInt(to, name, value); }
  void operator()(bool value) const { api.TF_SetAttrBool(to, name, value ? 1 : 0); }
  void operator()(float value) const { api.TF_SetAttrFloat(to, name, value); }
  void operator()(Type value) const { api.TF_SetAttrType(to, name, value); }
  void operator()(const std::string& value) const {
    api.TF_SetAttrString(to, name, value.data(), value.size());
  }
  void operator()(const Ints& value) const {
    api.TF_SetAttrIntList(to, name, value.data(), static_cast<int>(value.size()));
  }
  void operator()(const std::vector<Type>& value) const {
    api.TF_SetAttrTypeList(to, name, value.data(), static_cast<int>(value.size()));
  }
  void operator()(const std::vector<Dims>& value) const {
    std::vector<const std::int64_t*> dims;
    std::vector<int> ranks;
    for (const Dims& each : value) {
      dims.push_back(each ? each->data() : nullptr);
      ranks.push_back(each ? static_cast<int>(each->size()) : -1);
    }
    api.TF_SetAttrShapeList(to, name, dims.data(), ranks.data(), static_cast<int>(ranks.size()));
  }
  void operator()(const FunctionName& value) const {
    api.TF_SetAttrFuncName(to, name, value.name.data(), value.name.size());
  }
};

template <class T>
Ints read_ints(const void* data, std::size_t bytes) {
  const auto* begin = static_cast<const T*>(data);
  const std::size_t count = bytes / sizeof(T);
  return Ints(begin, begin + count);
}

}  // namespace

GraphWriter::GraphWriter(const Api& api, Layout layout) : GraphWriter(api, layout, "") {}

GraphWriter::GraphWriter(const Api& api, Layout layout, std::string prefix)
    : api_(api), graph_(api.TF_NewGraph()), layout_(layout), prefix_(std::move(prefix)) {}

GraphWriter::~GraphWriter() {
  api_.TF_DeleteGraph(graph_);
}

void GraphWriter::set_position(const std::string& name) {
  position_.clear();
  // What TensorFlow takes for a name.
  for (const char c : name) position_ += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  if (position_.empty()) position_ = "_";
  if (position_.front() == '_') position_.insert(position_.begin(), 'n');
}

OperationDescription* GraphWriter::begin(const char* type) {
  const std::string name = position_ + "/" + type + "_" + std::to_string(count_++);
  return api_.TF_NewOperation(graph_, type, name.c_str());
}

Operation* GraphWriter::finish(OperationDescription* description) {
  const Outcome outcome(api_);
  Operation* made = api_.TF_FinishOperation(description, outcome);
  outcome.check(Stage::kLoad);
  return made;
}

void GraphWriter::note_type(Type type) {
  if (!is_floating(type) || (precision_bytes_ != 0 && size_of(type) >= precision_bytes_)) return;
  precision_ = float_name(type);
  precision_bytes_ = size_of(type);
}

Value GraphWriter::placeholder(Type type, const Dims& dims) {
  OperationDescription* description = begin("Placeholder");
  api_.TF_SetAttrType(description, "dtype", type);
  api_.TF_SetAttrShape(description, "shape", dims ? dims->data() : nullptr,
                       dims ? static_cast<int>(dims->size()) : -1);
  note_type(type);
  return {finish(description), 0};
}

Value GraphWriter::constant(const Elements& elements) {
  const OwnedTensor owned{
      api_, api_.TF_AllocateTensor(elements.type, elements.dims.data(),
                                   static_cast<int>(elements.dims.size()), elements.bytes)};
  if (owned.tensor == nullptr) throw std::bad_alloc();
  if (elements.bytes > 0)
    std::memcpy(api_.TF_TensorData(owned.tensor), elements.data, elements.bytes);
  OperationDescription* description = begin("Const");
  api_.TF_SetAttrType(description, "dtype", elements.type);
  const Outcome outcome(api_);
  api_.TF_SetAttrTensor(description, "value", owned.tensor, outcome);
  Operation* made = finish(description);
  outcome.check(Stage::kLoad);
  note_type(elements.type);
  return {made, 0};
}

Value GraphWriter::variable(const Elements& elements, std::shared_ptr<const void> owner) {
  OperationDescription* description = begin("VarHandleOp");
  const std::string name = "weight" + std::to_string(variables_.size());
  api_.TF_SetAttrType(description, "dtype", elements.type);
  api_.TF_SetAttrShape(description, "shape", elements.dims.data(),
                       static_cast<int>(elements.dims.size()));
  api_.TF_SetAttrString(description, "shared_name", name.data(), name.size());
  const Value handle{finish(description), 0};
  const Value fed = placeholder(elements.type, elements.dims);
  OperationDescription* assign = begin("AssignVariableOp");
  api_.TF_AddInput(assign, handle);
  api_.TF_AddInput(assign, fed);
  variables_.push_back({fed, finish(assign), elements, std::move(owner)});
  return op("ReadVariableOp", {handle}, {{"dtype", elements.type}});
}

std::vector<Value> GraphWriter::op_all(const char* type, const Inputs& inputs, const Attrs& attrs) {
  OperationDescription* description = begin(type);
  for (const Input& input : inputs) {
    if (const auto* one = std::get_if<Value>(&input)) {
      api_.TF_AddInput(description, *one);
    } else {
      const auto& list = std::get<std::vector<Value>>(input);
      api_.TF_AddInputList(description, list.data(), static_cast<int>(list.size()));
    }
  }
  for (const Attr& attr : attrs) {
    std::visit(SetAttr{api_, description, attr.name}, attr.value);
    has_images_ = has_images_ || std::string_view(attr.name) == "data_format";
  }
  Operation* made = finish(description);
  std::vector<Value> results;
  for (int i = 0; i < api_.TF_OperationNumOutputs(made); ++i) {
    results.push_back({made, i});
    note_type(this->type(results.back()));
  }
  return results;
}

Value GraphWriter::op(const char* type, const Inputs& inputs, const Attrs& attrs) {
  return op_all(type, inputs, attrs).front();
}

Type GraphWriter::type(Value value) const {
  return api_.TF_OperationOutputType(value);
}

Dims GraphWriter::dims(Value value) const {
  const Outcome outcome(api_);
  const int rank = api_.TF_GraphGetTensorNumDims(graph_, value, outcome);
  outcome.check(Stage::kLoad);
  if (rank < 0) return std::nullopt;
  Ints dims(static_cast<std::size_t>(rank));
  api_.TF_GraphGetTensorShape(graph_, value, dims.data(), rank, outcome);
  outcome.check(Stage::kLoad);
  return dims;
}

void GraphWriter::add_function(const std::shared_ptr<Function>& function) {
  const Outcome outcome(api_);
  api_.TF_GraphCopyFunction(graph_, function.get(), nullptr, outcome);
  outcome.check(Stage::kLoad);
  functions_.push_back(function);
}

FunctionName GraphWriter::function(const GraphWriter& body, const std::vector<Value>& inputs,
                                   const std::vector<Value>& outputs) {
  const Outcome outcome(api_);
  const std::string name = body.prefix_ + "body";
  constexpr int kAllOperations = -1;
  const std::shared_ptr<Function> made(
      api_.TF_GraphToFunction(body.graph_, name.c_str(), 0, kAllOperations, nullptr,
                              static_cast<int>(inputs.size()), inputs.data(),
                              static_cast<int>(outputs.size()), outputs.data(), nullptr, nullptr,
                              nullptr, outcome),
      [&api = api_](Function* function) {
        if (function != nullptr) api.TF_DeleteFunction(function);
      });
  outcome.check(Stage::kLoad);
  for (const auto& inner : body.functions_) add_function(inner);
  add_function(made);
  has_images_ = has_images_ || body.has_images_;
  if (body.precision_bytes_ != 0 &&
      (precision_bytes_ == 0 || body.precision_bytes_ < precision_bytes_)) {
    precision_ = body.precision_;
    precision_bytes_ = body.precision_bytes_;
  }
  return {name};
}

Operation* GraphWriter::operation(const std::string& name) const {
  return api_.TF_GraphOperationByName(graph_, name.c_str());
}

int GraphWriter::result_count(Operation* operation) const {
  return api_.TF_OperationNumOutputs(operation);
}

std::vector<std::string> GraphWriter::operations() const {
  std::vector<std::string> kinds;
  std::size_t position = 0;
  while (Operation* next = api_.TF_GraphNextOperation(graph_, &position))
    kinds.emplace_back(api_.TF_OperationOpType(next));
  return kinds;
}

void GraphWriter::note_types() {
  std::size_t position = 0;
  while (Operation* next = api_.TF_GraphNextOperation(graph_, &position))
    for (int i = 0; i < result_count(next); ++i) note_type(type({next, i}));
}

bool GraphWriter::is_input(Value value) const {
  return std::string_view(api_.TF_OperationOpType(value.op)) == "Placeholder";
}

void GraphWriter::declare(Value value, const Ints& dims) {
  const Outcome outcome(api_);
  api_.TF_GraphSetTensorShape(graph_, value, dims.data(), static_cast<int>(dims.size()), outcome);
  outcome.check(Stage::kLoad);
}

std::optional<Value> GraphWriter::copied_constant(const GraphWriter& other, Value value) {
  const Type type = other.type(value);
  const auto known = is_integer(type) || type == kBool ? other.known_ints(value) : std::nullopt;
  if (!known) return std::nullopt;
  if (type == kInt64)
    return constant(
        {type, *other.dims(value), known->data(), known->size() * sizeof(std::int64_t)});
  std::vector<std::byte> bytes(known->size() * size_of(type));
  for (std::size_t i = 0; i < known->size(); ++i)
    model::set_element(dtype_of(type), bytes.data(), i, static_cast<double>((*known)[i]));
  return constant({type, *other.dims(value), bytes.data(), bytes.size()});
}

std::optional<Ints> GraphWriter::known_ints(Value value) const {
  const auto shape = dims(value);
  if (!shape) return std::nullopt;
  std::int64_t count = 1;
  for (const std::int64_t size : *shape) {
    if (size < 0 || (size > 0 && count > kMostKnown / size)) return std::nullopt;
    count *= size;
  }
  OwnedTensor result{api_};
  const Outcome outcome(api_);
  if (api_.TF_TryEvaluateConstant(graph_, value, &result.tensor, outcome) == 0) return std::nullopt;
  const void* data = api_.TF_TensorData(result.tensor);
  const std::size_t bytes = api_.TF_TensorByteSize(result.tensor);
  switch (api_.TF_TensorType(result.tensor)) {
    case kInt64:
      return read_ints<std::int64_t>(data, bytes);
    case kInt32:
      return read_ints<std::int32_t>(data, bytes);
    case kBool:
      return read_ints<std::uint8_t>(data, bytes);
    default:
      return std::nullopt;
  }
}

}  // namespace joulemark::tf
