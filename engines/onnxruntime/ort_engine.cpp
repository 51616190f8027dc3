// SPDX-License-Identifier: Apache-2.0
// Opening ONNX Runtime, and the options of a session.
#include "ort_engine.h"

#include <nlohmann/json.hpp>

#include "ort_errors.h"
#include "plugin_kit/options.h"

namespace {

using namespace joulemark;
using ort::Stage;

constexpr const char* kProviderSuffix = "ExecutionProvider";

ort::Settings read_settings(const jm_open_params& params) {
  if (params.threads < 1) plugin::fail(JM_INVALID_ARGUMENT, "a run needs at least 1 thread");
  if (std::string(params.provider) != "cpu")
    plugin::fail(JM_UNSUPPORTED, "engine 'onnxruntime' has no provider '" +
                                     std::string(params.provider) + "'; use cpu");
  plugin::Options options(params.options, params.option_count);
  ort::Settings settings;
  settings.threads = params.threads;
  settings.affinity.assign(params.affinity, params.affinity + params.affinity_count);
  settings.spin = options.choice("spin", {"0", "1"}, "1");
  settings.graph_optimization =
      options.choice("graph_optimization", {"none", "basic", "extended", "all"}, "all");
  settings.prepacking = options.choice("prepacking", {"0", "1"}, "1");
  settings.memory_arena = options.choice("memory_arena", {"0", "1"}, "1");
  options.finish("onnxruntime");
  return settings;
}

int optimization_level(const std::string& name) {
  if (name == "none") return 0;
  if (name == "basic") return 1;
  return name == "extended" ? 2 : 99;
}

/// One entry for each thread but the caller's, which the worker binds itself: "2;3". CPUs are
/// counted from 1 there.
std::string affinity_setting(const ort::Settings& settings) {
  std::string text;
  for (int thread = 1; thread < settings.threads; ++thread) {
    const std::size_t place = static_cast<std::size_t>(thread) % settings.affinity.size();
    text += (text.empty() ? "" : ";") + std::to_string(settings.affinity[place] + 1);
  }
  return text;
}

/// "CPUExecutionProvider" → "cpu".
std::string short_name(std::string provider) {
  if (const std::size_t at = provider.find(kProviderSuffix); at != std::string::npos)
    provider.resize(at);
  for (char& c : provider) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return provider;
}

std::string describe_library(const ort::Library& library) {
  const ort::Api& api = library.api;
  nlohmann::json json = {{"version", library.version}, {"library", library.path}};
  json["build"] = api.GetBuildInfoString();
  json["providers"] = nlohmann::json::array();
  char** names = nullptr;
  int count = 0;
  ort::check(api, Stage::kOpen, api.GetAvailableProviders(&names, &count));
  for (int i = 0; i < count; ++i) json["providers"].push_back(short_name(names[i]));
  ort::check(api, Stage::kOpen, api.ReleaseAvailableProviders(names, count));
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

jm_engine::jm_engine(const jm_open_params& params)
    : settings(read_settings(params)), library(ort::open_library(params.library_dir)) {
  const ort::Api& api = library.api;
  ort::Env* raw_env = nullptr;
  ort::check(api, Stage::kOpen, api.CreateEnv(ort::kLoggingError, "joulemark", &raw_env));
  env = {raw_env, api.ReleaseEnv};
  ort::MemoryInfo* raw_memory = nullptr;
  ort::check(api, Stage::kOpen,
             api.CreateCpuMemoryInfo(ort::kDeviceAllocator, ort::kMemoryDefault, &raw_memory));
  host_memory = {raw_memory, api.ReleaseMemoryInfo};
  ort::check(api, Stage::kOpen, api.GetAllocatorWithDefaultOptions(&allocator));
  description = describe_library(library);
}

ort::Owned<ort::SessionOptions> jm_engine::session_options() const {
  const ort::Api& api = library.api;
  ort::SessionOptions* raw = nullptr;
  ort::check(api, Stage::kLoad, api.CreateSessionOptions(&raw));
  ort::Owned<ort::SessionOptions> options{raw, api.ReleaseSessionOptions};
  const auto entry = [&](const char* key, const std::string& value) {
    ort::check(api, Stage::kLoad, api.AddSessionConfigEntry(raw, key, value.c_str()));
  };
  ort::check(api, Stage::kLoad, api.SetIntraOpNumThreads(raw, settings.threads));
  ort::check(api, Stage::kLoad, api.SetInterOpNumThreads(raw, 1));
  ort::check(api, Stage::kLoad, api.SetSessionExecutionMode(raw, ort::kSequential));
  ort::check(
      api, Stage::kLoad,
      api.SetSessionGraphOptimizationLevel(raw, optimization_level(settings.graph_optimization)));
  if (settings.memory_arena == "0") ort::check(api, Stage::kLoad, api.DisableCpuMemArena(raw));
  entry("session.set_denormal_as_zero", "1");
  entry("session.intra_op.allow_spinning", settings.spin);
  if (settings.prepacking == "0") entry("session.disable_prepacking", "1");
  if (!settings.affinity.empty() && settings.threads > 1)
    entry("session.intra_op_thread_affinities", affinity_setting(settings));
  if (api.Session_GetEpGraphAssignmentInfo != nullptr)
    entry("session.record_ep_graph_assignment_info", "1");
  return options;
}
