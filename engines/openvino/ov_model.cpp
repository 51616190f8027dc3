// SPDX-License-Identifier: Apache-2.0
// Compiled models, requests and tensors.
#include "ov_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ov_errors.h"
#include "ov_pages.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/model_file.h"

namespace {

using namespace joulemark;
using openvino::Stage;
using plugin::fail;

/// Reads name, type and shape of one port.
plugin::Port read_port(const openvino::Api& api, const openvino::ElementTypes& types,
                       openvino::Port* raw) {
  const openvino::Owned<openvino::Port> owned{raw, api.ov_output_const_port_free};
  plugin::Port port;
  char* name = nullptr;
  if (api.ov_port_get_any_name(raw, &name) == 0 && name != nullptr) {
    port.name = name;
    api.ov_free(name);
  }
  openvino::ElementType type = 0;
  openvino::check(api, Stage::kLoad, api.ov_port_get_element_type(raw, &type));
  port.dtype = types.from_library(type);
  // Its CPU device copies string objects byte by byte, and destroying the copies ends the process.
  if (port.dtype == JM_STRING)
    fail(JM_UNSUPPORTED, "'" + port.name + "' holds strings, which OpenVINO cannot pass safely");
  openvino::PartialShape shape{};
  openvino::check(api, Stage::kLoad, api.ov_port_get_partial_shape(raw, &shape));
  port.rank_known = shape.rank.min == shape.rank.max && shape.rank.min >= 0;
  for (std::int64_t i = 0; port.rank_known && i < shape.rank.min; ++i)
    port.dims.push_back(shape.dims[i].min == shape.dims[i].max ? shape.dims[i].min : -1);
  api.ov_partial_shape_free(&shape);
  return port;
}

bool is_dynamic(const plugin::Port& port) {
  return !port.rank_known ||
         std::find(port.dims.begin(), port.dims.end(), std::int64_t{-1}) != port.dims.end();
}

std::vector<std::int64_t> dims_of(const openvino::Api& api, const openvino::Tensor* tensor) {
  openvino::Shape shape{};
  const openvino::StatusCode code = api.ov_tensor_get_shape(tensor, &shape);
  if (code == 0) {
    std::vector<std::int64_t> dims(shape.dims, shape.dims + shape.rank);
    api.ov_shape_free(&shape);
    return dims;
  }
  // Some versions (2026.4 is one) refuse to describe a scalar's shape, and no other's.
  std::size_t elements = 0;
  if (api.ov_tensor_get_size(tensor, &elements) != 0 || elements != 1)
    openvino::check(api, Stage::kRun, code);
  return {};
}

template <class Size, class Get>
plugin::PortList read_ports(const jm_engine& engine, const openvino::Model* model, Size size,
                            Get get) {
  const openvino::Api& api = engine.library.api;
  std::size_t count = 0;
  openvino::check(api, Stage::kLoad, size(model, &count));
  std::vector<plugin::Port> ports;
  for (std::size_t i = 0; i < count; ++i) {
    openvino::Port* port = nullptr;
    openvino::check(api, Stage::kLoad, get(model, i, &port));
    ports.push_back(read_port(api, engine.types, port));
  }
  return plugin::PortList(std::move(ports));
}

}  // namespace

jm_model::jm_model(jm_engine& engine, const jm_load_params& params)
    : engine_(engine), api_(engine.library.api), infer_(api_.ov_infer_request_infer) {
  plugin::check_model_file(params);
  const plugin::WideAffinity wide(engine.settings.affinity);
  precision_ = params.precision;
  engine.set_precision(precision_);
  openvino::Model* model = nullptr;
  openvino::check(api_, Stage::kLoad,
                  api_.ov_core_read_model(engine.core.get(), params.model_path, nullptr, &model));
  model_ = {model, api_.ov_model_free};
  inputs = read_ports(engine, model, api_.ov_model_inputs_size, api_.ov_model_const_input_by_index);
  outputs =
      read_ports(engine, model, api_.ov_model_outputs_size, api_.ov_model_const_output_by_index);
  output_data_.resize(outputs.size());
  weights_ = openvino::weights_of(params.model_path);
}

bool jm_model::build() {
  if (compiled_) return false;
  const plugin::WideAffinity wide(engine_.settings.affinity);
  {
    const openvino::PageReturner pages(weights_);
    compile();
  }
  make_decoder();
  if (bound_) set_inputs();
  return true;
}

void jm_model::make_decoder() {
  auto ports = plugin::DecoderPorts::find(inputs, outputs);
  if (!ports) return;
  decoder_ = std::make_unique<openvino::Decoder>(
      engine_, compiled_.get(), plugin::DecoderFeed(std::move(*ports), inputs), weights_);
}

jm_model::~jm_model() {
  release_tensors();
}

void jm_model::compile() {
  engine_.set_precision(precision_);  // another model may have been loaded since
  openvino::CompiledModel* compiled = nullptr;
  openvino::check(api_, Stage::kLoad,
                  api_.ov_core_compile_model(engine_.core.get(), model_.get(), openvino::kDevice, 0,
                                             &compiled));
  openvino::Owned<openvino::CompiledModel> owned{compiled, api_.ov_compiled_model_free};
  openvino::Request* request = nullptr;
  openvino::check(api_, Stage::kLoad,
                  api_.ov_compiled_model_create_infer_request(compiled, &request));
  request_ = {request, api_.ov_infer_request_free};
  compiled_ = std::move(owned);
}

void jm_model::release_tensors() {
  for (Output& output : output_data_) {
    if (output.tensor != nullptr) api_.ov_tensor_free(output.tensor);
    output.tensor = nullptr;
  }
  for (openvino::Tensor* tensor : input_tensors_) api_.ov_tensor_free(tensor);
  input_tensors_.clear();
  bound_ = false;
  warm_ = false;
}

void jm_model::reshape(const jm_tensor* tensors, std::size_t count) {
  std::vector<std::vector<openvino::Dimension>> dims(count);
  std::vector<openvino::PartialShape> shapes;
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_dynamic(inputs.ports()[i])) continue;
    for (std::int32_t axis = 0; axis < tensors[i].rank; ++axis)
      dims[i].push_back({tensors[i].dims[axis], tensors[i].dims[axis]});
    const std::int64_t rank = tensors[i].rank;
    shapes.push_back({{rank, rank}, dims[i].data()});
    indexes.push_back(i);
  }
  if (indexes.empty()) return;
  const plugin::WideAffinity wide(engine_.settings.affinity);
  openvino::check(api_, Stage::kRun,
                  api_.ov_model_reshape_by_port_indexes(model_.get(), indexes.data(), shapes.data(),
                                                        indexes.size()));
  // `build` comes with these shapes, or was there for others.
  if (compiled_) compile();
}

void jm_model::bind(const jm_tensor* tensors, std::size_t count) {
  release_tensors();
  plugin::check_inputs(inputs, tensors, count);
  if (engine_.settings.static_shapes) reshape(tensors, count);
  for (std::size_t i = 0; i < count; ++i) input_tensors_.push_back(make_tensor(tensors[i]));
  if (compiled_) set_inputs();
  bound_ = true;
}

void jm_model::set_inputs() {
  for (std::size_t i = 0; i < input_tensors_.size(); ++i)
    openvino::check(
        api_, Stage::kRun,
        api_.ov_infer_request_set_input_tensor_by_index(request_.get(), i, input_tensors_[i]));
}

openvino::Tensor* jm_model::make_tensor(const jm_tensor& tensor) const {
  // The library takes no pointer to constant dims, and does not write there.
  const openvino::Shape shape{tensor.rank, const_cast<std::int64_t*>(tensor.dims)};
  openvino::Tensor* made = nullptr;
  openvino::check(api_, Stage::kRun,
                  api_.ov_tensor_create_from_host_ptr(engine_.types.to_library(tensor.dtype), shape,
                                                      plugin::not_null(tensor.data), &made));
  return made;
}

void jm_model::first_run() {
  if (!bound_) fail(JM_INVALID_ARGUMENT, "run without bound inputs");
  // Threads are started by the first run; they inherit the CPUs of this one.
  const plugin::WideAffinity wide(engine_.settings.affinity);
  build();
  openvino::check(api_, Stage::kRun, run());
  warm_ = true;
}

void jm_model::fail_run(openvino::StatusCode code) const {
  openvino::check(api_, Stage::kRun, code);
}

const std::vector<jm_tensor>& jm_model::results() {
  if (!warm_) fail(JM_FAILED, "there are no results before a run");
  results_.assign(outputs.size(), jm_tensor{});
  for (std::size_t i = 0; i < outputs.size(); ++i) view_output(i);
  return results_;
}

void jm_model::view_output(std::size_t index) {
  Output& output = output_data_[index];
  if (output.tensor != nullptr) api_.ov_tensor_free(output.tensor);
  output.tensor = nullptr;
  openvino::check(
      api_, Stage::kRun,
      api_.ov_infer_request_get_output_tensor_by_index(request_.get(), index, &output.tensor));
  output.dims = dims_of(api_, output.tensor);
  openvino::ElementType type = 0;
  openvino::check(api_, Stage::kRun, api_.ov_tensor_get_element_type(output.tensor, &type));
  jm_tensor& tensor = results_[index];
  tensor.dtype = engine_.types.from_library(type);
  if (tensor.dtype == JM_UNDEFINED)
    fail(JM_UNSUPPORTED, "output '" + outputs.ports()[index].name +
                             "' has an element type that this engine interface lacks");
  tensor.memory = JM_MEMORY_HOST;
  tensor.rank = static_cast<std::int32_t>(output.dims.size());
  tensor.dims = output.dims.data();
  tensor.bytes = plugin::byte_count(tensor.dtype, tensor.dims, output.dims.size());
  if (tensor.bytes > 0)
    openvino::check(api_, Stage::kRun, api_.ov_tensor_data(output.tensor, &tensor.data));
}

std::string jm_model::property(const char* key) const {
  char* value = nullptr;
  if (api_.ov_compiled_model_get_property(compiled_.get(), key, &value) != 0 || value == nullptr)
    return "";
  std::string text = value;
  api_.ov_free(value);
  return text;
}

const char* jm_model::effective() {
  build();
  nlohmann::json json = {{"provider", "cpu"}, {"version", engine_.library.version}};
  const auto add = [&](const char* name, const char* key) {
    if (const std::string value = property(key); !value.empty()) json[name] = value;
  };
  add("precision", "INFERENCE_PRECISION_HINT");
  add("kv_cache_precision", "KV_CACHE_PRECISION");
  add("execution_devices", "EXECUTION_DEVICES");
  add("performance_hint", "PERFORMANCE_HINT");
  add("cpu_pinning", "ENABLE_CPU_PINNING");
  for (const auto& [name, key] :
       {std::pair{"threads", "INFERENCE_NUM_THREADS"}, std::pair{"streams", "NUM_STREAMS"}})
    if (const std::string value = property(key); !value.empty()) json[name] = std::stoi(value);
  if (decoder_) json["kv_cache"] = decoder_->feed().ports().cache_name();
  json["static_shapes"] = engine_.settings.static_shapes || !api_.ov_model_is_dynamic(model_.get());
  effective_ = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return effective_.c_str();
}
