// SPDX-License-Identifier: Apache-2.0
// Opening OpenVINO, and the properties of the CPU device.
#include "ov_engine.h"

#include <nlohmann/json.hpp>

#include "ov_errors.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/options.h"

namespace {

using namespace joulemark;
using openvino::Stage;

openvino::Settings read_settings(const jm_open_params& params) {
  if (params.threads < 1) plugin::fail(JM_INVALID_ARGUMENT, "a run needs at least 1 thread");
  if (std::string(params.provider) != "cpu")
    plugin::fail(JM_UNSUPPORTED, "engine 'openvino' has no provider '" +
                                     std::string(params.provider) + "'; use cpu");
  plugin::Options options(params.options, params.option_count);
  openvino::Settings settings;
  settings.threads = params.threads;
  settings.affinity.assign(params.affinity, params.affinity + params.affinity_count);
  settings.static_shapes = options.choice("static_shapes", {"0", "1"}, "0") == "1";
  const std::string hint = options.choice("performance_hint", {"latency", "throughput"}, "latency");
  settings.performance_hint = hint == "latency" ? "LATENCY" : "THROUGHPUT";
  settings.streams = std::to_string(options.integer("streams", 1, 1));
  const std::string hyper = options.choice("hyper_threading", {"default", "0", "1"}, "default");
  if (hyper != "default") settings.hyper_threading = hyper == "1" ? "YES" : "NO";
  options.finish("openvino");
  return settings;
}

std::string describe_library(const openvino::Library& library, const openvino::Core* core) {
  nlohmann::json json = {
      {"version", library.version}, {"build", library.build}, {"library", library.path}};
  json["providers"] = nlohmann::json::array();
  openvino::Devices devices{};
  openvino::check(library.api, Stage::kOpen,
                  library.api.ov_core_get_available_devices(core, &devices));
  for (std::size_t i = 0; i < devices.count; ++i) {
    std::string name = devices.names[i];
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    json["providers"].push_back(name);
  }
  library.api.ov_available_devices_free(&devices);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The library counts the CPUs that it may use when it is opened.
openvino::Library open_widely(const std::string& folder, const openvino::Settings& settings) {
  const plugin::WideAffinity wide(settings.affinity);
  return openvino::open_library(folder);
}

}  // namespace

jm_engine::jm_engine(const jm_open_params& params)
    : settings(read_settings(params)),
      library(open_widely(params.library_dir, settings)),
      types(library.api) {
  const plugin::WideAffinity wide(settings.affinity);
  openvino::Core* raw = nullptr;
  openvino::check(library.api, Stage::kOpen, library.api.ov_core_create(&raw));
  core = {raw, library.api.ov_core_free};
  set("PERFORMANCE_HINT", settings.performance_hint);
  set("INFERENCE_NUM_THREADS", std::to_string(settings.threads));
  set("NUM_STREAMS", settings.streams);
  // On by default, and it would bind the calling thread, which is the worker's.
  set("ENABLE_CPU_PINNING", "NO");
  if (!settings.hyper_threading.empty()) set("ENABLE_HYPER_THREADING", settings.hyper_threading);
  set_if_known("CPU_DENORMALS_OPTIMIZATION", "YES");
  description = describe_library(library, raw);
}

void jm_engine::set_precision(const std::string& precision) const {
  if (precision == "native") return;
  if (precision != "f32" && precision != "bf16" && precision != "f16")
    plugin::fail(JM_UNSUPPORTED, "engine 'openvino' has no precision '" + precision +
                                     "'; use f32, bf16, f16 or native");
  set("INFERENCE_PRECISION_HINT", precision);
  if (precision != "f32") return;
  // Neither the cache of keys and values nor the activations of compressed weights may be rounded.
  set_if_known("KV_CACHE_PRECISION", "f32");
  set_if_known("DYNAMIC_QUANTIZATION_GROUP_SIZE", "0");
}

void jm_engine::set(const char* key, const std::string& value) const {
  openvino::check(
      library.api, Stage::kOpen,
      library.api.ov_core_set_property(core.get(), openvino::kDevice, key, value.c_str(), nullptr));
}

void jm_engine::set_if_known(const char* key, const std::string& value) const {
  library.api.ov_core_set_property(core.get(), openvino::kDevice, key, value.c_str(), nullptr);
}
