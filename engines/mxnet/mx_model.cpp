// SPDX-License-Identifier: Apache-2.0
// Symbols, bound inputs and results.
#include "mx_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "dtypes.h"
#include "lowering_kit/model_file.h"
#include "model/mxnet_files.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/model_file.h"

namespace {

using namespace joulemark;
using mx::Ints;

std::vector<plugin::Port> ports_of(const std::vector<model::Port>& from) {
  std::vector<plugin::Port> ports;
  for (const model::Port& port : from) ports.push_back(lowering::port_of(port));
  return ports;
}

/// The sizes of all inputs; nothing where the model leaves one open.
std::optional<std::vector<mx::Elements>> fixed_sizes(const plugin::PortList& inputs) {
  std::vector<mx::Elements> all;
  for (const plugin::Port& port : inputs.ports()) {
    const bool open = std::ranges::any_of(port.dims, [](std::int64_t size) { return size < 0; });
    if (!port.rank_known || open) return std::nullopt;
    all.push_back({mx::kNoType, port.dims});
  }
  return all;
}

/// Operators of the oneDNN backend go by names of their own.
int onednn_nodes(const mx::FusedGraph& graph) {
  int count = 0;
  for (const auto& [name, operators] : graph.operators)
    if (name.rfind("_sg_mkldnn", 0) == 0) count += operators;
  return count;
}

}  // namespace

jm_model::jm_model(jm_engine& engine, const jm_load_params& params)
    : engine_(engine), api_(engine.library.api) {
  plugin::check_model_file(params);
  plugin::check_precision("mxnet", params.precision);
  const plugin::WideAffinity wide(engine.settings.affinity);
  if (model::is_mxnet_symbol(params.model_path))
    open_saved(params.model_path);
  else
    open_onnx(params.model_path);
}

void jm_model::open_onnx(const std::string& path) {
  model_ = lowering::read_model(path);
  inputs = plugin::PortList(ports_of(model_.graph.inputs));
  outputs = plugin::PortList(ports_of(model_.graph.outputs));
  mx::check_covered(model_.graph);
}

void jm_model::open_saved(const std::string& path) {
  saved_ = std::make_unique<mx::SavedSymbol>(api_, path, engine_.settings.epoch);
  inputs = plugin::PortList(saved_->inputs());
  outputs = plugin::PortList(saved_->outputs());
}

bool jm_model::is_lowered_for(const std::vector<mx::Elements>& elements) const {
  return symbol_ != nullptr && !symbol_->reads_inputs() &&
         std::ranges::equal(elements, lowered_for_, {}, &mx::Elements::dims, &mx::Elements::dims);
}

void jm_model::bind(const jm_tensor* tensors, std::size_t count) {
  is_bound_ = false;
  has_run_ = false;
  plugin::check_inputs(inputs, tensors, count);
  elements_.clear();
  arrays_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const jm_tensor& tensor = tensors[i];
    const auto type = mx::type_of(tensor.dtype);
    if (!type)
      plugin::fail(JM_UNSUPPORTED, "input '" + inputs.ports()[i].name + "' has element type " +
                                       plugin::dtype_name(tensor.dtype) +
                                       ", which this engine passes no tensors of");
    elements_.push_back({*type, Ints(tensor.dims, tensor.dims + tensor.rank),
                         plugin::not_null(tensor.data), tensor.bytes});
    arrays_.push_back(mx::borrow(api_, elements_.back()));
  }
  // `build` comes with the first inputs, or was there for others.
  if (is_built_) {
    if (!is_lowered_for(elements_)) lower_for(elements_);
    symbol_->bind(std::move(arrays_));
  }
  is_bound_ = true;
}

void jm_model::lower_for(std::vector<mx::Elements> elements) {
  const plugin::WideAffinity wide(engine_.settings.affinity);
  symbol_.reset();
  symbol_ = std::make_unique<mx::RunningSymbol>(
      api_, saved_ ? saved_->lower(elements) : mx::lower(api_, model_, elements),
      engine_.settings.fusion);
  lowered_for_ = std::move(elements);
}

bool jm_model::build() {
  if (is_built_) return false;
  auto sizes = is_bound_ ? std::optional(elements_) : fixed_sizes(inputs);
  if (!sizes) return false;
  try {
    lower_for(std::move(*sizes));
  } catch (const mx::ValuesNeeded&) {
    return false;  // not bound yet
  }
  is_built_ = true;
  if (is_bound_) symbol_->bind(std::move(arrays_));
  return true;
}

void jm_model::run() {
  if (!is_bound_) plugin::fail(JM_INVALID_ARGUMENT, "run without bound inputs");
  if (std::exchange(has_run_, false)) {
    symbol_->run();
  } else {
    // The first run plans memory and may start threads, which inherit the CPUs of this one.
    const plugin::WideAffinity wide(engine_.settings.affinity);
    build();
    symbol_->run();
  }
  has_run_ = true;
}

const std::vector<jm_tensor>& jm_model::results() {
  if (!has_run_) plugin::fail(JM_FAILED, "there are no results before a run");
  results_.clear();
  dims_.clear();
  for (mx::NdArray* output : symbol_->outputs()) {
    mx::Elements elements = mx::elements_of(api_, output);
    const std::int64_t* dims = dims_.emplace_back(std::move(elements.dims)).data();
    results_.push_back({mx::dtype_of(elements.type), JM_MEMORY_HOST,
                        static_cast<std::int32_t>(dims_.back().size()), dims,
                        const_cast<void*>(elements.data), elements.bytes});
  }
  return results_;
}

const char* jm_model::effective() {
  nlohmann::json json = {{"provider", "cpu"},
                         {"threads", engine_.settings.threads},
                         {"fusion", engine_.settings.fusion == mx::Fusion::kOn},
                         {"version", engine_.library.version}};
  if (symbol_ != nullptr) {
    const mx::FusedGraph& graph = symbol_->graph();
    if (!symbol_->precision().empty()) json["precision"] = symbol_->precision();
    json["graph_nodes"] = graph.nodes;
    json["onednn_nodes"] = onednn_nodes(graph);
    json["operators"] = graph.operators;
    json["fused"] = graph.fused;
  }
  effective_ = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return effective_.c_str();
}
