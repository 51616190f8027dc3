// SPDX-License-Identifier: Apache-2.0
#include "running_symbol.h"

#include <unordered_map>

#include "mx_errors.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

constexpr const char* kBackend = "MKLDNN";  // as MXNet still calls oneDNN

/// Places as CachedOp reads them: "[0,3]".
std::string list_text(const Ints& places) {
  std::string text;
  for (const std::int64_t place : places) text += (text.empty() ? "" : ",") + std::to_string(place);
  return "[" + text + "]";
}

}  // namespace

RunningSymbol::RunningSymbol(const Api& api, Lowered lowered, Fusion fusion)
    : api_(api), lowered_(std::move(lowered)) {
  if (fusion == Fusion::kOn && lowered_.may_be_fused) fuse();
  const char* json = nullptr;
  check(api_, Stage::kLoad, api_.MXSymbolSaveToJSON(lowered_.symbol.get(), &json));
  graph_ = read_fused_graph(json);
  order_inputs();
  compile();
}

RunningSymbol::~RunningSymbol() {
  drop_outputs();
  if (op_ != nullptr) api_.MXFreeCachedOp(op_);
}

void RunningSymbol::fuse() {
  Symbol* fused = nullptr;
  check(api_, Stage::kLoad, api_.MXGenBackendSubgraph(lowered_.symbol.get(), kBackend, &fused));
  if (fused != lowered_.symbol.get()) lowered_.symbol.reset(fused);
}

void RunningSymbol::order_inputs() {
  std::unordered_map<std::string, std::ptrdiff_t> inputs;
  for (const Value& input : lowered_.inputs)
    inputs.emplace(input->name, static_cast<std::ptrdiff_t>(inputs.size()));
  std::unordered_map<std::string, NdArray*> parameters;
  for (const Value& parameter : lowered_.parameters)
    parameters.emplace(parameter->name, parameter->array.get());
  std::uint32_t count = 0;
  const char** names = nullptr;
  constexpr int kAll = 0;
  check(api_, Stage::kLoad,
        api_.NNSymbolListInputNames(lowered_.symbol.get(), kAll, &count, &names));
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto input = inputs.find(names[i]);
    const auto parameter = parameters.find(names[i]);
    if (input == inputs.end() && parameter == parameters.end())
      plugin::fail(JM_FAILED, "the symbol has an input '" + std::string(names[i]) +
                                  "' that nothing is bound to");
    places_.push_back(input == inputs.end() ? -1 : input->second);
    arguments_.push_back(parameter == parameters.end() ? nullptr : parameter->second);
  }
}

void RunningSymbol::compile() {
  Ints data;
  Ints constant;
  for (std::size_t i = 0; i < places_.size(); ++i)
    (places_[i] < 0 ? constant : data).push_back(static_cast<std::int64_t>(i));
  const std::string data_text = list_text(data);
  const std::string constant_text = list_text(constant);
  const char* keys[] = {"static_alloc", "static_shape", "data_indices", "param_indices"};
  const char* values[] = {"True", "True", data_text.c_str(), constant_text.c_str()};
  check(api_, Stage::kLoad, api_.MXCreateCachedOpEx(lowered_.symbol.get(), 4, keys, values, &op_));
}

void RunningSymbol::drop_outputs() {
  for (NdArray* output : outputs_) api_.MXNDArrayFree(output);
  outputs_.clear();
}

void RunningSymbol::bind(std::vector<OwnedArray> inputs) {
  drop_outputs();
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (places_[i] >= 0) arguments_[i] = inputs[static_cast<std::size_t>(places_[i])].get();
  bound_ = std::move(inputs);
}

void RunningSymbol::run() {
  int count = static_cast<int>(outputs_.size());
  // With the outputs of the run before no memory is asked for.
  NdArray** outputs = outputs_.empty() ? nullptr : outputs_.data();
  check(api_, Stage::kRun,
        api_.MXInvokeCachedOp(op_, static_cast<int>(arguments_.size()), arguments_.data(), &count,
                              &outputs));
  if (outputs_.empty()) outputs_.assign(outputs, outputs + count);
  for (NdArray* output : outputs_) check(api_, Stage::kRun, api_.MXNDArrayWaitToRead(output));
}

}  // namespace joulemark::mx
