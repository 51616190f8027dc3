// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/graph_writer.h"

#include <algorithm>
#include <cstring>

#include "model/dtype.h"
#include "mxnet/dtypes.h"
#include "mxnet/mx_errors.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

/// How many inputs of an operator are no arguments in MXNet's sense: running statistics, which its
/// rules for shapes and types are not given.
std::size_t auxiliary_inputs(const char* type) {
  return std::strcmp(type, "BatchNorm") == 0 ? 2 : 0;
}

template <class T>
Ints integers(const Elements& elements) {
  Ints values(elements.bytes / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value{};
    std::memcpy(&value, static_cast<const char*>(elements.data) + i * sizeof(T), sizeof(T));
    values[i] = static_cast<std::int64_t>(value);
  }
  return values;
}

std::optional<Ints> integers_of(const Elements& elements) {
  switch (elements.type) {
    case kInt64:
      return integers<std::int64_t>(elements);
    case kInt32:
      return integers<std::int32_t>(elements);
    case kBool:
    case kUint8:
      return integers<std::uint8_t>(elements);
    default:
      return std::nullopt;
  }
}

OpSymbol operator_of(const Api& api, const char* type, const Attrs& attrs) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const Attr& attr : attrs) {
    keys.push_back(attr.name);
    values.push_back(attr.value.c_str());
  }
  return {api, type, std::move(keys), std::move(values)};
}

}  // namespace

std::string GraphWriter::next_name() {
  return position_ + "/" + std::to_string(count_++);
}

Value GraphWriter::noted(Value value) {
  if (is_floating(value->type) &&
      (narrowest_ == kNoType || size_of(value->type) < size_of(narrowest_)))
    narrowest_ = value->type;
  return value;
}

std::string GraphWriter::precision() const {
  return float_name(narrowest_);
}

Value GraphWriter::input(const std::string& name, const Elements& elements) {
  auto node = std::make_shared<Node>(api_);
  node->type = elements.type;
  node->dims = elements.dims;
  node->bound = elements;
  node->name = name;
  node->symbol = variable(api_, name);
  return noted(node);
}

Value GraphWriter::constant(const Elements& elements) {
  auto node = std::make_shared<Node>(api_);
  node->type = elements.type;
  node->dims = elements.dims;
  node->array = borrow(api_, elements);
  return noted(node);
}

Value GraphWriter::constant_copy(const Elements& elements) {
  return from_array(copied(api_, elements).release());
}

Value GraphWriter::from_array(NdArray* array) {
  auto node = std::make_shared<Node>(api_);
  node->array.reset(array);
  const Elements elements = elements_of(api_, array);
  node->type = elements.type;
  node->dims = elements.dims;
  return noted(node);
}

Symbol* GraphWriter::symbol_of(const Value& value) {
  if (value->symbol == nullptr) {
    value->name = "parameter" + std::to_string(parameters_.size());
    value->symbol = variable(api_, value->name);
    parameters_.push_back(value);
  }
  return value->symbol.get();
}

Value GraphWriter::op(const char* type, const Inputs& inputs, const Attrs& attrs) {
  return op_all(type, inputs, attrs).front();
}

Value GraphWriter::fresh(const Value& value) {
  if (value->array != nullptr) return value;
  may_be_fused_ = false;
  return op("_copy", {value});
}

std::vector<Value> GraphWriter::op_all(const char* type, const Inputs& inputs, const Attrs& attrs) {
  const OpSymbol call = operator_of(api_, type, attrs);
  const bool known =
      std::ranges::all_of(inputs, [](const Value& value) { return value->array != nullptr; });
  return known ? invoke(call, inputs) : write(call, inputs);
}

std::vector<Value> GraphWriter::invoke(const OpSymbol& call, const Inputs& inputs) {
  std::vector<NdArray*> arrays;
  for (const Value& value : inputs) arrays.push_back(value->array.get());
  int count = 0;
  NdArray** outputs = nullptr;
  const int* storage = nullptr;
  check(api_, Stage::kLoad,
        api_.MXImperativeInvokeEx(call.op, static_cast<int>(arrays.size()), arrays.data(), &count,
                                  &outputs, static_cast<int>(call.keys.size()),
                                  const_cast<const char**>(call.keys.data()),
                                  const_cast<const char**>(call.values.data()), &storage));
  // The list is MXNet's and changes with the next call.
  const std::vector<NdArray*> results(outputs, outputs + count);
  std::vector<Value> values;
  for (NdArray* array : results) values.push_back(from_array(array));
  return values;
}

std::vector<Value> GraphWriter::write(const OpSymbol& call, const Inputs& inputs) {
  std::vector<Symbol*> symbols;
  for (const Value& value : inputs) symbols.push_back(symbol_of(value));
  Owned<Symbol> whole = call.over(api_, next_name(), symbols);
  std::uint32_t count = 0;
  check(api_, Stage::kLoad, api_.MXSymbolGetNumOutputs(whole.get(), &count));
  std::vector<Value> results;
  for (std::uint32_t i = 0; i < count; ++i) {
    results.push_back(std::make_shared<Node>(api_));
    Symbol* output = nullptr;
    check(api_, Stage::kLoad, api_.MXSymbolGetOutput(whole.get(), i, &output));
    results.back()->symbol.reset(output);
  }
  infer(call, inputs, results);
  for (const Value& result : results) noted(result);
  return results;
}

/// By a symbol of this operator alone: the rules need not be followed from the inputs on again.
void GraphWriter::infer(const OpSymbol& call, const Inputs& inputs, std::vector<Value>& results) {
  std::vector<Owned<Symbol>> variables;
  std::vector<Symbol*> symbols;
  std::vector<std::int64_t> begins{0};
  std::vector<std::int64_t> dims;
  std::vector<int> types;
  const std::size_t arguments =
      inputs.size() - std::min(auxiliary_inputs(call.type), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    variables.push_back(variable(api_, "x" + std::to_string(i)));
    symbols.push_back(variables.back().get());
    if (i >= arguments) continue;
    dims.insert(dims.end(), inputs[i]->dims.begin(), inputs[i]->dims.end());
    begins.push_back(static_cast<std::int64_t>(dims.size()));
    types.push_back(inputs[i]->type);
  }
  const Owned<Symbol> alone = call.over(api_, "alone", symbols);
  const auto count = static_cast<std::uint32_t>(arguments);
  std::size_t sizes[3] = {};
  const int* ranks[3] = {};
  const std::int64_t** shapes[3] = {};
  int complete = 0;
  check(api_, Stage::kLoad,
        api_.MXSymbolInferShapeEx64(alone.get(), count, nullptr, begins.data(), dims.data(),
                                    &sizes[0], &ranks[0], &shapes[0], &sizes[1], &ranks[1],
                                    &shapes[1], &sizes[2], &ranks[2], &shapes[2], &complete));
  if (complete == 0)
    plugin::fail(JM_UNSUPPORTED,
                 std::string("the sizes of what ") + call.type + " gives only a run tells");
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i]->dims.assign(shapes[1][i], shapes[1][i] + ranks[1][i]);
  std::uint32_t counts[3] = {};
  const int* found[3] = {};
  check(api_, Stage::kLoad,
        api_.MXSymbolInferType(alone.get(), count, nullptr, types.data(), &counts[0], &found[0],
                               &counts[1], &found[1], &counts[2], &found[2], &complete));
  if (complete == 0)
    plugin::fail(JM_UNSUPPORTED,
                 std::string("the type of what ") + call.type + " gives is not known");
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i]->type = static_cast<Type>(found[1][i]);
}

std::optional<Ints> GraphWriter::known_ints(const Value& value) const {
  if (value->array == nullptr) return std::nullopt;
  return integers_of(elements(value));
}

std::optional<Elements> GraphWriter::needed_elements(const Value& value) {
  if (value->array != nullptr) return elements(value);
  if (value->name.empty()) return std::nullopt;
  if (value->bound.data == nullptr) throw ValuesNeeded{};
  read_inputs_.push_back(value);
  return value->bound;
}

std::optional<Ints> GraphWriter::needed_ints(const Value& value) {
  const auto found = needed_elements(value);
  return found ? integers_of(*found) : std::nullopt;
}

std::optional<Value> GraphWriter::needed_constant(const Value& value) {
  if (value->array != nullptr) return value;
  const auto found = needed_elements(value);
  return found ? std::optional(constant_copy(*found)) : std::nullopt;
}

std::optional<std::vector<double>> GraphWriter::needed_reals(const Value& value) {
  const auto found = needed_elements(value);
  if (!found) return std::nullopt;
  std::vector<double> reals(found->bytes / size_of(found->type));
  for (std::size_t i = 0; i < reals.size(); ++i)
    reals[i] = model::element_as_double(dtype_of(found->type),
                                        static_cast<const std::byte*>(found->data), i);
  return reals;
}

}  // namespace joulemark::mx
