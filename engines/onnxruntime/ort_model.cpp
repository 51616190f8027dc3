// SPDX-License-Identifier: Apache-2.0
// Sessions, values and what they hold.
#include "ort_model.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "ort_errors.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/model_file.h"

namespace {

using namespace joulemark;
using ort::Stage;
using plugin::fail;

/// Element types after FLOAT4E2M1 have other numbers there than in ONNX.
constexpr int kOrtUint2 = 24;
constexpr int kOrtInt2 = 25;
constexpr int kOrtFloat8E8M0 = 26;

jm_dtype from_ort(int type) {
  if (type == kOrtUint2) return JM_UINT2;
  if (type == kOrtInt2) return JM_INT2;
  if (type == kOrtFloat8E8M0) return JM_FLOAT8E8M0;
  return type >= JM_UNDEFINED && type <= JM_FLOAT4E2M1 ? static_cast<jm_dtype>(type) : JM_UNDEFINED;
}

int to_ort(jm_dtype type) {
  if (type == JM_UINT2) return kOrtUint2;
  if (type == JM_INT2) return kOrtInt2;
  if (type == JM_FLOAT8E8M0) return kOrtFloat8E8M0;
  return type;
}

const char* kind_name(int kind) {
  switch (kind) {
    case ort::kSequence:
      return "a sequence";
    case ort::kMap:
      return "a map";
    case ort::kSparseTensor:
      return "a sparse tensor";
    case ort::kOptional:
      return "an optional value";
    default:
      return "no tensor";
  }
}

/// Reads names, types and shapes of one side of a session.
class PortReader {
 public:
  PortReader(const ort::Library& library, ort::Allocator* allocator, const ort::Session* session)
      : api_(library.api), allocator_(allocator), session_(session) {}

  plugin::PortList inputs() {
    std::size_t count = 0;
    check(api_.SessionGetInputCount(session_, &count));
    return read(count, "input", api_.SessionGetInputName, api_.SessionGetInputTypeInfo);
  }

  plugin::PortList outputs() {
    std::size_t count = 0;
    check(api_.SessionGetOutputCount(session_, &count));
    return read(count, "output", api_.SessionGetOutputName, api_.SessionGetOutputTypeInfo);
  }

 private:
  void check(ort::Status* status) { ort::check(api_, Stage::kLoad, status); }

  template <class GetName, class GetType>
  plugin::PortList read(std::size_t count, const char* side, GetName get_name, GetType get_type) {
    std::vector<plugin::Port> ports;
    for (std::size_t i = 0; i < count; ++i) {
      plugin::Port port;
      char* name = nullptr;
      check(get_name(session_, i, allocator_, &name));
      port.name = name;
      check(api_.AllocatorFree(allocator_, name));
      ort::TypeInfo* info = nullptr;
      check(get_type(session_, i, &info));
      const ort::Owned<ort::TypeInfo> owned{info, api_.ReleaseTypeInfo};
      read_type(info, side, port);
      ports.push_back(std::move(port));
    }
    return plugin::PortList(std::move(ports));
  }

  void read_type(const ort::TypeInfo* info, const char* side, plugin::Port& port) {
    int kind = 0;
    check(api_.GetOnnxTypeFromTypeInfo(info, &kind));
    if (kind != ort::kTensor)
      fail(JM_UNSUPPORTED, std::string(side) + " '" + port.name + "' is " + kind_name(kind) +
                               ", this engine interface passes tensors only");
    const ort::TensorInfo* tensor = nullptr;
    check(api_.CastTypeInfoToTensorInfo(info, &tensor));
    int type = 0;
    check(api_.GetTensorElementType(tensor, &type));
    port.dtype = from_ort(type);
    std::size_t rank = 0;
    check(api_.GetDimensionsCount(tensor, &rank));
    port.dims.resize(rank);
    if (rank > 0) check(api_.GetDimensions(tensor, port.dims.data(), rank));
    // Before 1.24 a scalar and an unknown shape look the same, so that neither can be refused.
    port.rank_known = rank > 0 || (api_.TensorTypeAndShape_HasShape != nullptr &&
                                   api_.TensorTypeAndShape_HasShape(tensor));
  }

  const ort::Api& api_;
  ort::Allocator* allocator_;
  const ort::Session* session_;
};

std::vector<const char*> names_of(const plugin::PortList& ports) {
  std::vector<const char*> names;
  for (const plugin::Port& port : ports.ports()) names.push_back(port.name.c_str());
  return names;
}

/// Nothing lowers the arithmetic of the CPU provider, so that it is that of the model's types.
std::string floating_types(const plugin::PortList& inputs, const plugin::PortList& outputs) {
  std::string types;
  const auto add = [&](const char* name) {
    if (types.find(name) == std::string::npos)
      types += (types.empty() ? "" : "+") + std::string(name);
  };
  for (const plugin::PortList* list : {&inputs, &outputs})
    for (const plugin::Port& port : list->ports()) {
      if (port.dtype == JM_FLOAT16) add("f16");
      if (port.dtype == JM_BFLOAT16) add("bf16");
      if (port.dtype == JM_FLOAT64) add("f64");
    }
  return types.empty() ? "f32" : types;
}

}  // namespace

jm_model::jm_model(jm_engine& engine, const jm_load_params& params)
    : api_(engine.library.api), engine_(engine), precision_(params.precision) {
  plugin::check_precision("onnxruntime", precision_);
  plugin::check_model_file(params);
  const ort::Owned<ort::SessionOptions> options = engine.session_options();
  const plugin::WideAffinity wide(engine.settings.affinity);
  ort::Session* session = nullptr;
  ort::check(api_, Stage::kLoad,
             api_.CreateSession(engine.env.get(), params.model_path, options.get(), &session));
  session_ = {session, api_.ReleaseSession};
  PortReader reader(engine.library, engine.allocator, session);
  inputs = reader.inputs();
  outputs = reader.outputs();
  input_names_ = names_of(inputs);
  output_names_ = names_of(outputs);
  output_values_.assign(outputs.size(), nullptr);
  output_data_.resize(outputs.size());
  make_decoder();
}

void jm_model::make_decoder() {
  auto ports = plugin::DecoderPorts::find(inputs, outputs);
  if (!ports) return;
  decoder_ = std::make_unique<ort::Decoder>(
      ort::DecoderSession{api_, engine_.host_memory.get(), session_.get(), input_names_,
                          output_names_},
      plugin::DecoderFeed(std::move(*ports), inputs));
}

jm_model::~jm_model() {
  release_inputs();
  drop_outputs();
}

void jm_model::release_inputs() {
  for (ort::Value* value : input_values_) api_.ReleaseValue(value);
  input_values_.clear();
  bound_ = false;
}

bool jm_model::drop_outputs() {
  bool any = false;
  for (ort::Value*& value : output_values_) {
    any = any || value != nullptr;
    if (value != nullptr) api_.ReleaseValue(value);
    value = nullptr;
  }
  return any;
}

void jm_model::bind(const jm_tensor* tensors, std::size_t count) {
  release_inputs();
  drop_outputs();
  plugin::check_inputs(inputs, tensors, count);
  for (std::size_t i = 0; i < count; ++i)
    input_values_.push_back(make_value(tensors[i], inputs.ports()[i].name));
  bound_ = true;
}

ort::Value* jm_model::make_value(const jm_tensor& tensor, const std::string& name) {
  if (tensor.dtype == JM_STRING) return make_strings(tensor);
  ort::Value* value = nullptr;
  ort::Status* status = api_.CreateTensorWithDataAsOrtValue(
      engine_.host_memory.get(), plugin::not_null(tensor.data), tensor.bytes, tensor.dims,
      static_cast<std::size_t>(tensor.rank), to_ort(tensor.dtype), &value);
  if (status == nullptr) return value;
  const std::string text = api_.GetErrorMessage(status);
  api_.ReleaseStatus(status);
  fail(JM_UNSUPPORTED,
       "input '" + name + "' cannot be of type " + plugin::dtype_name(tensor.dtype) + ": " + text);
}

ort::Value* jm_model::make_strings(const jm_tensor& tensor) {
  ort::Value* value = nullptr;
  const auto rank = static_cast<std::size_t>(tensor.rank);
  ort::check(api_, Stage::kRun,
             api_.CreateTensorAsOrtValue(engine_.allocator, tensor.dims, rank, JM_STRING, &value));
  ort::Owned<ort::Value> owned{value, api_.ReleaseValue};
  const auto* strings = static_cast<const jm_string*>(tensor.data);
  const std::uint64_t count = plugin::element_count(tensor.dims, rank);
  for (std::size_t i = 0; i < count; ++i) {
    char* buffer = nullptr;
    ort::check(api_, Stage::kRun,
               api_.GetResizedStringTensorElementBuffer(value, i, strings[i].size, &buffer));
    if (strings[i].size > 0) std::memcpy(buffer, strings[i].data, strings[i].size);
  }
  return owned.release();
}

const std::vector<jm_tensor>& jm_model::results() {
  if (std::find(output_values_.begin(), output_values_.end(), nullptr) != output_values_.end())
    fail(JM_FAILED, "there are no results before a run");
  results_.assign(output_values_.size(), jm_tensor{});
  for (std::size_t i = 0; i < output_values_.size(); ++i) view_output(i);
  return results_;
}

void jm_model::view_output(std::size_t index) {
  ort::Value* value = output_values_[index];
  const std::string& name = outputs.ports()[index].name;
  int kind = 0;
  ort::check(api_, Stage::kRun, api_.GetValueType(value, &kind));
  if (kind != ort::kTensor)
    fail(JM_UNSUPPORTED, "output '" + name + "' is " + kind_name(kind) +
                             ", this engine interface passes tensors only");
  ort::TensorInfo* info = nullptr;
  ort::check(api_, Stage::kRun, api_.GetTensorTypeAndShape(value, &info));
  const ort::Owned<ort::TensorInfo> owned{info, api_.ReleaseTensorTypeAndShapeInfo};
  int type = 0;
  std::size_t rank = 0;
  ort::check(api_, Stage::kRun, api_.GetTensorElementType(info, &type));
  ort::check(api_, Stage::kRun, api_.GetDimensionsCount(info, &rank));
  Output& output = output_data_[index];
  output.dims.resize(rank);
  if (rank > 0) ort::check(api_, Stage::kRun, api_.GetDimensions(info, output.dims.data(), rank));
  jm_tensor& tensor = results_[index];
  tensor.dtype = from_ort(type);
  tensor.memory = JM_MEMORY_HOST;
  tensor.rank = static_cast<std::int32_t>(rank);
  tensor.dims = output.dims.data();
  tensor.bytes = plugin::byte_count(tensor.dtype, tensor.dims, rank);
  if (tensor.dtype == JM_STRING) {
    read_strings(index, plugin::element_count(tensor.dims, rank));
    tensor.data = output.strings.data();
  } else {
    ort::check(api_, Stage::kRun, api_.GetTensorMutableData(value, &tensor.data));
  }
}

void jm_model::read_strings(std::size_t index, std::size_t elements) {
  Output& output = output_data_[index];
  const ort::Value* value = output_values_[index];
  std::size_t bytes = 0;
  ort::check(api_, Stage::kRun, api_.GetStringTensorDataLength(value, &bytes));
  output.text.resize(bytes + 1);
  std::vector<std::size_t> offsets(elements + 1, bytes);
  ort::check(
      api_, Stage::kRun,
      api_.GetStringTensorContent(value, output.text.data(), bytes, offsets.data(), elements));
  output.strings.resize(elements);
  for (std::size_t i = 0; i < elements; ++i)
    output.strings[i] = {output.text.data() + offsets[i], offsets[i + 1] - offsets[i]};
}

const char* jm_model::effective() {
  nlohmann::json json = {{"provider", "cpu"},
                         {"precision", floating_types(inputs, outputs)},
                         {"threads", engine_.settings.threads},
                         {"spin", engine_.settings.spin == "1"},
                         {"prepacking", engine_.settings.prepacking == "1"},
                         {"memory_arena", engine_.settings.memory_arena == "1"},
                         {"graph_optimization", engine_.settings.graph_optimization},
                         {"version", engine_.library.version}};
  if (decoder_) json["kv_cache"] = decoder_->feed().ports().cache_name();
  if (api_.Session_GetEpGraphAssignmentInfo != nullptr) {
    const ort::AssignedSubgraph* const* parts = nullptr;
    std::size_t count = 0;
    ort::check(api_, Stage::kRun,
               api_.Session_GetEpGraphAssignmentInfo(session_.get(), &parts, &count));
    nlohmann::json providers = nlohmann::json::object();
    for (std::size_t i = 0; i < count; ++i) {
      const char* name = nullptr;
      const ort::AssignedNode* const* nodes = nullptr;
      std::size_t node_count = 0;
      ort::check(api_, Stage::kRun, api_.EpAssignedSubgraph_GetEpName(parts[i], &name));
      ort::check(api_, Stage::kRun,
                 api_.EpAssignedSubgraph_GetNodes(parts[i], &nodes, &node_count));
      providers[name] = providers.value(name, std::size_t{0}) + node_count;
    }
    json["providers"] = providers;
  }
  effective_ = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return effective_.c_str();
}
