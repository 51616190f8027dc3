// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/model.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <nlohmann/json.hpp>

#include "plugin_kit/affinity.h"
#include "plugin_kit/model_file.h"
#include "plugin_kit/status.h"
#include "torch_kit/device.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/errors.h"
#include "torch_kit/load.h"

using namespace joulemark;

namespace {

/// An argument of a TorchScript method.
c10::IValue as_kind(const at::Tensor& tensor, c10::TypeKind kind) {
  if (kind == c10::TypeKind::IntType) return tensor.item().toLong();
  if (kind == c10::TypeKind::FloatType) return tensor.item().toDouble();
  if (kind == c10::TypeKind::BoolType) return tensor.item().toBool();
  return tensor;
}

}  // namespace

jm_model::jm_model(jm_engine& engine, const jm_load_params& params)
    : engine_(engine), caches_(torch_kit::Caches::kCopied) {
  plugin::check_model_file(params);
  plugin::check_precision(engine.flavour.name, params.precision);
  const plugin::WideAffinity wide(engine.affinity);
  const c10::InferenceMode inference;
  torch_kit::Loaded loaded = torch_kit::load(engine, params.model_path);
  inputs = plugin::PortList(std::move(loaded.inputs));
  outputs = plugin::PortList(std::move(loaded.outputs));
  precision_ = loaded.precision;
  kinds_ = std::move(loaded.kinds);
  executor_ = std::move(loaded.executor);
  make_executor_ = std::move(loaded.make_executor);
  caches_ = loaded.caches;
  if (executor_) make_decoder();
}

bool jm_model::build() {
  if (executor_) return false;
  const plugin::WideAffinity wide(engine_.affinity);
  const c10::InferenceMode inference;
  executor_ = make_executor_();
  make_executor_ = nullptr;  // with the graph that it holds
  make_decoder();
  return true;
}

void jm_model::make_decoder() {
  if (!kinds_.empty()) return;
  auto ports = plugin::DecoderPorts::find(inputs, outputs);
  if (!ports || ports->is_stateful()) return;
  decoder_ = std::make_unique<torch_kit::Decoder>(*executor_, engine_.device,
                                                  plugin::DecoderFeed(std::move(*ports), inputs));
}

void jm_model::bind(const jm_tensor* tensors, std::size_t count) {
  is_bound_ = false;
  has_run_ = false;
  plugin::check_inputs(inputs, tensors, count);
  const c10::InferenceMode inference;
  bound_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    at::Tensor tensor = torch_kit::from_caller(tensors[i], engine_.device);
    // What the graph writes into is not the caller's.
    if (caches_ == torch_kit::Caches::kInPlace) tensor = tensor.clone();
    bound_.push_back(kinds_.empty() ? c10::IValue(std::move(tensor)) : as_kind(tensor, kinds_[i]));
  }
  torch_kit::synchronise(engine_.device);
  is_bound_ = true;
}

void jm_model::run() {
  if (!is_bound_) plugin::fail(JM_INVALID_ARGUMENT, "run without bound inputs");
  const c10::InferenceMode inference;
  if (!has_run_) {
    // Threads are started by the first run; they inherit the CPUs of this one.
    const plugin::WideAffinity wide(engine_.affinity);
    build();
    outputs_ = executor_->run(bound_);
    has_run_ = true;
  } else {
    outputs_.clear();  // given back before the next ones are made, as when a variable is assigned
    outputs_ = executor_->run(bound_);
  }
  torch_kit::synchronise(engine_.device);
}

const float* jm_model::forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                               plugin::DecoderFeed::Wanted wanted) {
  try {
    if (feed().columns() > 0) return decoder_->forward(tokens, batch, n, wanted);
    // As in run().
    const plugin::WideAffinity wide(engine_.affinity);
    return decoder_->forward(tokens, batch, n, wanted);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw failure_of_run(error);
  }
}

plugin::Failure jm_model::failure_of_run(const std::exception& error) const {
  const torch_kit::Explanation told = torch_kit::explain(error);
  const std::string ran = executor_ ? executor_->position() : "";
  const std::string where = told.where.empty() ? ran : told.where;
  const std::string why = (where.empty() ? "" : where + ": ") + told.why;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
      why.find("can't allocate memory") != std::string::npos)
    return {JM_OUT_OF_MEMORY, why};
  const bool lacks = dynamic_cast<const c10::NotImplementedError*>(&error) != nullptr ||
                     why.find("not implemented for '") != std::string::npos;
  return {lacks ? JM_UNSUPPORTED : JM_FAILED, why};
}

const std::vector<jm_tensor>& jm_model::results() {
  if (!has_run_) plugin::fail(JM_FAILED, "there are no results before a run");
  const c10::InferenceMode inference;
  host_outputs_.clear();
  results_.clear();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const at::Tensor& tensor = outputs_[i].toTensor();
    const jm_dtype declared = outputs.ports()[i].dtype;
    host_outputs_.emplace_back(
        tensor, declared == JM_UNDEFINED ? torch_kit::dtype_of(tensor.scalar_type()) : declared);
  }
  for (const torch_kit::HostOutput& output : host_outputs_) results_.push_back(output.view());
  return results_;
}

const char* jm_model::effective() {
  nlohmann::json json = {{"provider", engine_.device.is_cpu() ? "cpu" : "cuda"},
                         {"threads", at::get_num_threads()},
                         {"executor", engine_.flavour.executor},
                         {"optimize", torch_kit::to_string(engine_.optimize)},
                         {"memory_arena", engine_.memory_arena}};
  if (decoder_) json["kv_cache"] = decoder_->feed().ports().cache_name();
  if (!precision_.empty()) json["precision"] = precision_;
  if (const auto bytes = torch_kit::peak_memory(engine_.device))
    json["device_memory_peak_bytes"] = *bytes;
  effective_ = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return effective_.c_str();
}

jm_status torch_kit::run_model(jm_model* model, jm_message* message) {
  try {
    model->run();
    return JM_OK;
  } catch (const plugin::Failure& failure) {
    plugin::put_message(message, failure.message);
    return failure.status;
  } catch (const std::bad_alloc&) {
    plugin::put_message(message, "not enough memory");
    return JM_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    const plugin::Failure failure = model->failure_of_run(error);
    plugin::put_message(message, failure.message);
    return failure.status;
  } catch (...) {
    plugin::put_message(message, "an exception of an unknown type");
    return JM_FAILED;
  }
}
