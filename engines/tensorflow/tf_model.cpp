// SPDX-License-Identifier: Apache-2.0
// Sessions, bound inputs and results.
#include "tf_model.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "dtypes.h"
#include "lowering_kit/model_file.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/model_file.h"
#include "ran_graph.h"

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
    : engine_(engine), api_(engine.library.api), layout_(engine.settings.layout), outcome_(api_) {
  plugin::check_model_file(params);
  plugin::check_precision("tensorflow", params.precision);
  const plugin::WideAffinity wide(engine.settings.affinity);
  model_ = lowering::read_model(params.model_path);
  tf::Lowered lowered = tf::lower(api_, model_, engine.settings.weights);
  inputs = plugin::PortList(std::move(lowered.inputs));
  outputs = plugin::PortList(std::move(lowered.outputs));
  graph_ = std::move(lowered.writer);
  call_ = {std::move(lowered.feeds), std::move(lowered.fetches), {}, {}};
  call_.outputs.assign(call_.fetches.size(), nullptr);
  // Without images nothing is to be tried, and without an optimiser nothing to be chosen.
  if (!graph_->has_images() || engine.settings.optimizer == tf::Optimizer::kOff)
    layout_ = Layout::kChannelsFirst;
  if (layout_) choose_session();
}

jm_model::~jm_model() {
  tf::drop_outputs(api_, call_);
}

void jm_model::choose_session() {
  const tf::Settings& settings = engine_.settings;
  const auto open = [&](Layout layout) {
    return std::make_unique<tf::RunningSession>(
        api_, *graph_, tf::session_config(settings.threads, layout, settings.optimizer));
  };
  if (layout_) {
    session_ = open(*layout_);
    return;
  }
  trial_ = tf::try_layouts(api_, open, call_, session_);
  layout_ = trial_->faster();
}

void jm_model::bind(const jm_tensor* tensors, std::size_t count) {
  is_bound_ = false;
  has_run_ = false;
  plugin::check_inputs(inputs, tensors, count);
  tf::drop_outputs(api_, call_);
  bound_.clear();
  call_.inputs.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const jm_tensor& tensor = tensors[i];
    bound_.push_back(tf::borrow(api_, {*tf::type_of(tensor.dtype),
                                       tf::Ints(tensor.dims, tensor.dims + tensor.rank),
                                       tensor.data, tensor.bytes}));
    call_.inputs.push_back(bound_.back().get());
  }
  if (session_ == nullptr) {
    const plugin::WideAffinity wide(engine_.settings.affinity);
    choose_session();
  }
  is_bound_ = true;
}

void jm_model::run() {
  if (!is_bound_) plugin::fail(JM_INVALID_ARGUMENT, "run without bound inputs");
  tf::drop_outputs(api_, call_);
  if (!has_run_) {
    // Threads are started by the first run; they inherit the CPUs of this one.
    const plugin::WideAffinity wide(engine_.settings.affinity);
    session_->run(call_, outcome_);
  } else {
    session_->run(call_, outcome_);
  }
  outcome_.check(tf::Stage::kRun);
  has_run_ = true;
}

const std::vector<jm_tensor>& jm_model::results() {
  if (!has_run_) plugin::fail(JM_FAILED, "there are no results before a run");
  results_.clear();
  dims_.assign(call_.outputs.size(), {});
  for (std::size_t i = 0; i < call_.outputs.size(); ++i) {
    const tf::Tensor* tensor = call_.outputs[i];
    for (int axis = 0; axis < api_.TF_NumDims(tensor); ++axis)
      dims_[i].push_back(api_.TF_Dim(tensor, axis));
    results_.push_back({tf::dtype_of(api_.TF_TensorType(tensor)), JM_MEMORY_HOST,
                        static_cast<std::int32_t>(dims_[i].size()), dims_[i].data(),
                        api_.TF_TensorData(tensor), api_.TF_TensorByteSize(tensor)});
  }
  return results_;
}

const char* jm_model::effective() {
  nlohmann::json json = {{"provider", "cpu"},
                         {"threads", engine_.settings.threads},
                         {"optimize", engine_.settings.optimizer == tf::Optimizer::kOn},
                         {"version", engine_.library.version}};
  if (!graph_->precision().empty()) json["precision"] = graph_->precision();
  std::size_t variable_bytes = 0;
  for (const tf::Variable& variable : graph_->variables()) variable_bytes += variable.elements.bytes;
  json["variables"] = graph_->variables().size();
  json["variable_bytes"] = variable_bytes;
  if (graph_->has_images() && layout_) json["layout"] = tf::to_string(*layout_);
  if (trial_) json["layout_trial"] = trial_json(*trial_);
  if (has_run_)
    if (const std::string metadata = session_->metadata_of(call_); !metadata.empty())
      add_ran_graph(tf::read_ran_graph(metadata), json);
  effective_ = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return effective_.c_str();
}
