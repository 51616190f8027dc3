// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/saved_symbol.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "model/mapped_file.h"
#include "mxnet/dtypes.h"
#include "mxnet/mx_errors.h"
#include "mxnet/saved/inference.h"
#include "mxnet/saved/open_shape.h"
#include "mxnet/saved/symbol_check.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

using plugin::fail;

SymbolFile read_file(const std::string& path) {
  const auto mapped = model::MappedFile::open(path);
  if (!mapped) fail(JM_INVALID_MODEL, mapped.error().message);
  try {
    return parse_symbol(std::string(mapped->bytes()));
  } catch (const plugin::Failure& failure) {
    fail(failure.status, "'" + path + "': " + failure.message);
  }
}

std::string dims_text(const Ints& dims) {
  return plugin::dims_text(dims.data(), dims.size());
}

Value parameter_of(const Api& api, const std::string& name, OwnedArray array,
                   const Elements& elements) {
  auto node = std::make_shared<Node>(api);
  node->name = name;
  node->type = elements.type;
  node->dims = elements.dims;
  node->array = std::move(array);
  return node;
}

Value zeros(const Api& api, const std::string& name, const Ints& dims) {
  Elements elements{kFloat, dims, nullptr, 0};
  const auto count = plugin::element_count(dims.data(), dims.size());
  const std::vector<float> none(count, 0);
  elements.data = none.data();
  elements.bytes = none.size() * sizeof(float);
  return parameter_of(api, name, copied(api, elements), elements);
}

}  // namespace

SavedSymbol::SavedSymbol(const Api& api, const std::string& path, std::optional<int> epoch)
    : api_(api),
      name_(std::filesystem::path(path).filename().string()),
      file_(read_file(path)),
      params_(path, epoch) {
  set_shapes(api_, shapes());
  check_nodes(api_, file_);
  sort_variables();
  check_superfluous();
  read_types();
}

Shapes SavedSymbol::shapes() const {
  return file_.numpy_shapes ? Shapes::kNumpy : Shapes::kLegacy;
}

Owned<Symbol> SavedSymbol::whole() const {
  Symbol* symbol = nullptr;
  check(api_, Stage::kLoad, api_.MXSymbolCreateFromJSON(file_.json.c_str(), &symbol));
  return {symbol, api_.NNSymbolFree};
}

/// Those that an output depends on; the file may hold others.
void SavedSymbol::sort_variables() {
  const Owned<Symbol> symbol = whole();
  const auto arguments = names_by(api_, api_.MXSymbolListArguments, symbol.get());
  for (std::size_t i = 0; i < file_.nodes.size(); ++i) {
    const SavedNode& node = file_.nodes[i];
    if (!node.is_variable() || params_.find(node.name) != nullptr) continue;
    const Role role = role_of(file_, i);
    if (role == Role::kParameter)
      fail(JM_INVALID_MODEL, "'" + params_.file() + "' lacks '" + node.name + "', which " +
                                 label_of(reader_of(file_, i)) + " of '" + name_ +
                                 "' reads; use the .params file that was saved with it");
    if (std::ranges::find(arguments, node.name) == arguments.end()) continue;
    (role == Role::kLabel ? labels_ : inputs_).push_back(i);
  }
}

void SavedSymbol::check_superfluous() const {
  std::size_t count = 0;
  std::string first;
  for (const auto& parameter : params_.all()) {
    const bool is_read = std::ranges::any_of(file_.nodes, [&](const SavedNode& node) {
      return node.is_variable() && node.name == parameter.first;
    });
    if (is_read) continue;
    if (count++ == 0) first = parameter.first;
  }
  if (count == 0) return;
  fail(JM_INVALID_MODEL, "'" + params_.file() + "' has " + std::to_string(count) +
                             " parameters that '" + name_ + "' does not read, such as '" + first +
                             "'; use the .params file that was saved with it");
}

/// By the parameters' types; what stays unknown is float32, as everywhere in MXNet.
void SavedSymbol::read_types() {
  const Owned<Symbol> symbol = whole();
  std::map<std::string, Type> known;
  for (const auto& [name, elements] : params_.all()) known[name] = elements.type;
  for (const auto& [name, type] : infer_types(api_, symbol.get(), known).of_arguments)
    types_[name] = type == kNoType ? kFloat : type;
  const Types types = infer_types(api_, symbol.get(), types_);
  const auto names = names_by(api_, api_.MXSymbolListOutputs, symbol.get());
  for (std::size_t i = 0; i < std::min(names.size(), types.of_outputs.size()); ++i)
    outputs_.push_back({names[i], dtype_of(types.of_outputs[i]), false, {}});
}

/// Of all values inside.
std::string SavedSymbol::precision(Symbol* symbol) const {
  Symbol* all = nullptr;
  check(api_, Stage::kLoad, api_.MXSymbolGetInternals(symbol, &all));
  const Owned<Symbol> internals{all, api_.NNSymbolFree};
  Type narrowest = kNoType;
  for (const Type type : infer_types(api_, all, types_).of_outputs) {
    if (type != kNoType && dtype_of(type) == JM_UNDEFINED)
      fail(JM_UNSUPPORTED, "'" + name_ + "' computes in element type " + std::to_string(type) +
                               " of MXNet, which this engine does not");
    if (is_floating(type) && (narrowest == kNoType || size_of(type) < size_of(narrowest)))
      narrowest = type;
  }
  const bool quantized = std::ranges::any_of(file_.nodes, [](const SavedNode& node) {
    return node.op.find("quantized") != std::string::npos;
  });
  return quantized ? "int8" : float_name(narrowest);
}

std::vector<plugin::Port> SavedSymbol::inputs() const {
  const SizesOf sizes = [&](const std::string& name) -> std::optional<Ints> {
    const Elements* parameter = params_.find(name);
    if (parameter == nullptr) return std::nullopt;
    return parameter->dims;
  };
  std::vector<plugin::Port> ports;
  for (const std::size_t place : inputs_) {
    const std::string& name = file_.nodes[place].name;
    const Type type = types_.at(name);
    if (dtype_of(type) == JM_UNDEFINED)
      fail(JM_UNSUPPORTED, "input '" + name + "' has element type " + std::to_string(type) +
                               " of MXNet, which this engine passes no tensors of");
    const auto dims = open_shape(file_, place, sizes);
    ports.push_back({name, dtype_of(type), dims.has_value(), dims.value_or(Ints{})});
  }
  return ports;
}

Lowered SavedSymbol::lower(const std::vector<Elements>& inputs) const {
  set_shapes(api_, shapes());
  Lowered lowered{whole(), {}, {}, {}, "", true};
  add_values(inputs, sizes_for(lowered.symbol.get(), inputs), lowered);
  lowered.precision = precision(lowered.symbol.get());
  return lowered;
}

void SavedSymbol::check_parameters(const Sizes& sizes, const std::vector<Elements>& inputs) const {
  for (const auto& [name, dims] : sizes.of) {
    const Elements* parameter = params_.find(name);
    if (parameter == nullptr || parameter->dims == dims) continue;
    std::string given;
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      given += " " + file_.nodes[inputs_[i]].name + dims_text(inputs[i].dims);
    fail(JM_INVALID_MODEL,
         "'" + params_.file() + "' has '" + name + "' as " + dims_text(parameter->dims) +
             ", and '" + name_ + "' on inputs" + given + " needs " + dims_text(dims) +
             "; use the .params file that was saved with it, or inputs of other shapes");
  }
}

/// First from the inputs alone, so that parameters which do not fit are named.
Sizes SavedSymbol::sizes_for(Symbol* symbol, const std::vector<Elements>& inputs) const {
  std::map<std::string, Ints> told;
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    told[file_.nodes[inputs_[i]].name] = inputs[i].dims;
  check_parameters(infer_sizes(api_, symbol, told, shapes()), inputs);
  for (const std::string& name : names_by(api_, api_.MXSymbolListArguments, symbol))
    if (const Elements* parameter = params_.find(name)) told[name] = parameter->dims;
  Sizes sizes = infer_sizes(api_, symbol, told, shapes());
  check_parameters(sizes, inputs);
  if (!sizes.complete)
    fail(JM_UNSUPPORTED, "the sizes of some values of '" + name_ + "' only a run tells");
  return sizes;
}

void SavedSymbol::add_values(const std::vector<Elements>& inputs, const Sizes& sizes,
                             Lowered& lowered) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::string& name = file_.nodes[inputs_[i]].name;
    Elements elements = inputs[i];
    elements.type = types_.at(name);
    lowered.inputs.push_back(
        parameter_of(api_, name, OwnedArray{nullptr, api_.MXNDArrayFree}, elements));
  }
  for (const auto& [name, elements] : params_.all()) {
    // A normalisation with fix_gamma writes to its factors, and the file cannot be written to.
    const bool may_be_written = elements.dims.size() < 2;
    lowered.parameters.push_back(parameter_of(
        api_, name, may_be_written ? copied(api_, elements) : borrow(api_, elements), elements));
  }
  for (const std::size_t place : labels_) {
    const std::string& name = file_.nodes[place].name;
    lowered.parameters.push_back(zeros(api_, name, sizes.of.at(name)));
  }
}

}  // namespace joulemark::mx
