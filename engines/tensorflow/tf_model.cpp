// SPDX-License-Identifier: Apache-2.0
// Sessions, bound inputs and results.
#include "tf_model.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "dtypes.h"
#include "lowering_kit/gelu.h"
#include "lowering_kit/model_file.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/model_file.h"
#include "ran_graph.h"
#include "saved_model.h"

namespace {

using namespace joulemark;
using tf::Layout;

/// Seconds as milliseconds with three digits behind the point.
double milliseconds(double seconds) {
  return std::round(seconds * 1e6) / 1e3;
}

nlohmann::json trial_json(const tf::LayoutTrial& trial) {
  nlohmann::json json = nlohmann::json::object();
  if (trial.channels_first_s) json["nchw_ms"] = milliseconds(*trial.channels_first_s);
  if (trial.channels_last_s) json["nhwc_ms"] = milliseconds(*trial.channels_last_s);
  return json;
}

/// Operators of oneDNN go by names of their own.
int onednn_operators(const tf::RanGraph& ran) {
  int count = 0;
  for (const auto& [name, operators] : ran.operators)
    if (name.rfind("_Mkl", 0) == 0) count += operators;
  return count;
}

void add_ran_graph(const tf::RanGraph& ran, nlohmann::json& json) {
  int nodes = 0;
  for (const auto& [name, operators] : ran.operators) nodes += operators;
  json["graph_nodes"] = nodes;
  json["onednn_nodes"] = onednn_operators(ran);
  json["fused"] = ran.fused;
  json["layouts"] = ran.layouts;
}

}  // namespace

jm_model::jm_model(jm_engine& engine, const jm_load_params& params)
    : engine_(engine), api_(engine.library.api), outcome_(api_) {
  plugin::check_model_file(params);
  plugin::check_precision("tensorflow", params.precision);
  const plugin::WideAffinity wide(engine.settings.affinity);
  if (tf::is_saved_model(params.model_path))
    open_saved(params.model_path);
  else
    open_onnx(params.model_path);
}

void jm_model::open_onnx(const std::string& path) {
  model_ = lowering::read_model(path);
  lowering::join_gelus(model_.graph);
  tf::check_operators(model_.graph);
  tf::Ports ports = tf::ports_of(model_);
  inputs = plugin::PortList(std::move(ports.inputs));
  outputs = plugin::PortList(std::move(ports.outputs));
}

void jm_model::open_saved(const std::string& path) {
  tf::SavedModel saved = tf::load_saved_model(api_, path, engine_.settings);
  loaded_ = std::move(saved.loaded);
  inputs = plugin::PortList(std::move(saved.inputs));
  outputs = plugin::PortList(std::move(saved.outputs));
}

jm_model::~jm_model() {
  tf::drop_outputs(api_, loaded_.call);
}

tf::Loaded jm_model::lower(Layout layout) {
  tf::Lowered lowered = tf::lower(api_, model_, {layout, engine_.settings.weights});
  tf::Loaded loaded{std::move(lowered.writer),
                    {std::move(lowered.feeds), std::move(lowered.fetches), {}, {}},
                    nullptr};
  loaded.call.outputs.assign(loaded.call.fetches.size(), nullptr);
  return loaded;
}

void jm_model::open_session(tf::Loaded& loaded) {
  const tf::Settings& settings = engine_.settings;
  loaded.session = std::make_unique<tf::RunningSession>(
      api_, *loaded.graph,
      tf::session_config(settings.threads, loaded.graph->layout(), settings.optimizer));
}

/// Each layout in turn; the graph that is there is taken for the first one.
void jm_model::choose_layout() {
  std::optional<tf::Loaded> first = std::move(loaded_);
  const auto load = [&](Layout layout) {
    tf::Loaded loaded = first ? std::move(*first) : lower(layout);
    first.reset();
    open_session(loaded);
    return loaded;
  };
  std::vector<tf::Tensor*> bound;
  for (const tf::OwnedTensor& tensor : bound_) bound.push_back(tensor.get());
  trial_ = tf::try_layouts(api_, load, bound, loaded_);
}

void jm_model::feed_bound() {
  loaded_.call.inputs.clear();
  for (const tf::OwnedTensor& tensor : bound_) loaded_.call.inputs.push_back(tensor.get());
}

void jm_model::lower_once() {
  if (loaded_.graph == nullptr)
    loaded_ = lower(engine_.settings.layout.value_or(Layout::kChannelsFirst));
}

bool jm_model::build() {
  if (is_built_) return false;
  const plugin::WideAffinity wide(engine_.settings.affinity);
  lower_once();
  if (is_bound_) optimise();
  is_built_ = true;
  return true;
}

/// TensorFlow optimises a graph in its first run and nowhere else.
void jm_model::optimise() {
  if (is_optimised_) return;
  lower_once();  // a choice of layouts that failed has left no graph
  const tf::Settings& settings = engine_.settings;
  // Without images nothing is to be tried, and without the optimiser nothing to be chosen.
  const bool tries =
      !settings.layout && loaded_.graph->has_images() && settings.optimizer == tf::Optimizer::kOn;
  if (loaded_.session == nullptr) tries ? choose_layout() : open_session(loaded_);
  feed_bound();
  if (!trial_) loaded_.session->run(loaded_.call, outcome_);
  outcome_.check(tf::Stage::kRun);
  tf::drop_outputs(api_, loaded_.call);
  is_optimised_ = true;
}

void jm_model::bind(const jm_tensor* tensors, std::size_t count) {
  is_bound_ = false;
  has_run_ = false;
  plugin::check_inputs(inputs, tensors, count);
  tf::drop_outputs(api_, loaded_.call);
  bound_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const jm_tensor& tensor = tensors[i];
    bound_.push_back(tf::borrow(
        api_, {*tf::type_of(tensor.dtype), tf::Ints(tensor.dims, tensor.dims + tensor.rank),
               tensor.data, tensor.bytes}));
  }
  feed_bound();
  is_bound_ = true;
}

void jm_model::run() {
  if (!is_bound_) plugin::fail(JM_INVALID_ARGUMENT, "run without bound inputs");
  tf::drop_outputs(api_, loaded_.call);
  if (std::exchange(has_run_, false)) {
    loaded_.session->run(loaded_.call, outcome_);
  } else {
    // Threads are started by the first run; they inherit the CPUs of this one.
    const plugin::WideAffinity wide(engine_.settings.affinity);
    build();
    optimise();
    loaded_.session->run(loaded_.call, outcome_);
  }
  outcome_.check(tf::Stage::kRun);
  has_run_ = true;
}

const std::vector<jm_tensor>& jm_model::results() {
  if (!has_run_) plugin::fail(JM_FAILED, "there are no results before a run");
  results_.clear();
  dims_.assign(loaded_.call.outputs.size(), {});
  for (std::size_t i = 0; i < loaded_.call.outputs.size(); ++i) {
    const tf::Tensor* tensor = loaded_.call.outputs[i];
    for (int axis = 0; axis < api_.TF_NumDims(tensor); ++axis)
      dims_[i].push_back(api_.TF_Dim(tensor, axis));
    results_.push_back({tf::dtype_of(api_.TF_TensorType(tensor)), JM_MEMORY_HOST,
                        static_cast<std::int32_t>(dims_[i].size()), dims_[i].data(),
                        api_.TF_TensorData(tensor), api_.TF_TensorByteSize(tensor)});
  }
  return results_;
}

void jm_model::add_graph(nlohmann::json& json) {
  const tf::GraphWriter& graph = *loaded_.graph;
  if (!graph.precision().empty()) json["precision"] = graph.precision();
  std::size_t variable_bytes = 0;
  for (const tf::Variable& variable : graph.variables()) variable_bytes += variable.elements.bytes;
  json["variables"] = graph.variables().size();
  json["variable_bytes"] = variable_bytes;
  if (graph.has_images()) json["layout"] = tf::to_string(graph.layout());
  if (trial_) json["layout_trial"] = trial_json(*trial_);
}

const char* jm_model::effective() {
  nlohmann::json json = {{"provider", "cpu"},
                         {"threads", engine_.settings.threads},
                         {"optimize", engine_.settings.optimizer == tf::Optimizer::kOn},
                         {"version", engine_.library.version}};
  if (loaded_.graph != nullptr) add_graph(json);
  if (has_run_)
    if (const std::string metadata = loaded_.session->metadata_of(loaded_.call); !metadata.empty())
      add_ran_graph(tf::read_ran_graph(metadata), json);
  effective_ = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return effective_.c_str();
}
