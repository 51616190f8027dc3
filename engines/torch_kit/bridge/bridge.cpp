// SPDX-License-Identifier: Apache-2.0
// The plugin of an engine on PyTorch: opens the PyTorch that it is given and the implementation for
// its version, and hands every call on. Includes no header of PyTorch.
#include <memory>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/status.h"
#include "torch_kit/bridge/implementation.h"
#include "torch_kit/bridge/torch_library.h"
#include "torch_kit/bridge/torch_version.h"

/// The handles that leave the plugin; `inner` are the implementation's own, which has other types
/// of these names.
struct jm_engine {
  jm_engine_api api;
  jm_engine* inner;
};
struct jm_model {
  const jm_engine_api* api;
  jm_model* inner;
};

namespace {

using namespace joulemark;
using plugin::fail;
using plugin::guarded;

constexpr const char* kName = JOULEMARK_TORCH_ENGINE;

/// Which implementation is for the PyTorch of `library_dir`, before anything is opened.
std::filesystem::path implementation_for(const std::string& library_dir) {
  const std::filesystem::path library = torch_bridge::torch_library(library_dir);
  const std::string version = torch_bridge::torch_version(library_dir);
  if (version.empty())
    fail(JM_LIBRARY_UNUSABLE, "the version of '" + library.string() +
                                  "' cannot be told: there is neither a version.py, nor a "
                                  "build-version, nor a header version.h beside its folder");
  return torch_bridge::find_implementation(torch_bridge::own_places(kName), {library_dir, version});
}

jm_status open_engine(const jm_open_params* params, jm_engine** engine, jm_message* message) {
  jm_status status = JM_OK;
  const jm_status own = guarded(message, [&] {
    const std::filesystem::path file = implementation_for(params->library_dir);
    // OpenMP looks at the CPUs of the thread that loads it.
    const plugin::WideAffinity all_cpus(
        {params->affinity, params->affinity + params->affinity_count});
    torch_bridge::open_torch(params->library_dir, params->provider);
    auto opened = std::make_unique<jm_engine>();
    opened->api = torch_bridge::open_implementation(file);
    status = opened->api.open(params, &opened->inner, message);
    if (status == JM_OK) *engine = opened.release();
  });
  return own == JM_OK ? status : own;
}

jm_status describe(jm_engine* engine, const char** json, jm_message* message) {
  return engine->api.describe(engine->inner, json, message);
}

jm_status load(jm_engine* engine, const jm_load_params* params, jm_model** model,
               jm_message* message) {
  jm_status status = JM_OK;
  const jm_status own = guarded(message, [&] {
    auto loaded = std::make_unique<jm_model>(jm_model{&engine->api, nullptr});
    status = engine->api.load(engine->inner, params, &loaded->inner, message);
    if (status == JM_OK) *model = loaded.release();
  });
  return own == JM_OK ? status : own;
}

jm_status inputs(jm_model* model, const jm_port** ports, size_t* count, jm_message* message) {
  return model->api->inputs(model->inner, ports, count, message);
}

jm_status outputs(jm_model* model, const jm_port** ports, size_t* count, jm_message* message) {
  return model->api->outputs(model->inner, ports, count, message);
}

jm_status bind(jm_model* model, const jm_tensor* tensors, size_t count, jm_message* message) {
  return model->api->bind(model->inner, tensors, count, message);
}

/// The timed call: one more indirect call, nothing else.
jm_status run(jm_model* model, jm_message* message) {
  return model->api->run(model->inner, message);
}

jm_status results(jm_model* model, const jm_tensor** tensors, size_t* count, jm_message* message) {
  return model->api->results(model->inner, tensors, count, message);
}

jm_status effective(jm_model* model, const char** json, jm_message* message) {
  return model->api->effective(model->inner, json, message);
}

jm_status lm_reset(jm_model* model, int32_t batch, int32_t max_tokens, jm_message* message) {
  return model->api->lm_reset(model->inner, batch, max_tokens, message);
}

jm_status lm_forward(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n,
                     int32_t* next_tokens, float* logits, jm_message* message) {
  return model->api->lm_forward(model->inner, tokens, batch, n, next_tokens, logits, message);
}

jm_status lm_describe(jm_model* model, jm_lm_info* info, jm_message* message) {
  if (model->api->lm_describe != nullptr)
    return model->api->lm_describe(model->inner, info, message);
  plugin::put_message(message, "this plugin does not describe language models");
  return JM_UNSUPPORTED;
}

jm_status lm_logits(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n, float* logits,
                    jm_message* message) {
  if (model->api->lm_logits != nullptr)
    return model->api->lm_logits(model->inner, tokens, batch, n, logits, message);
  plugin::put_message(message, "this plugin gives the logits of last positions only");
  return JM_UNSUPPORTED;
}

jm_status build(jm_model* model, int32_t* built, jm_message* message) {
  if (model->api->build != nullptr) return model->api->build(model->inner, built, message);
  *built = 0;
  return JM_OK;
}

void release_model(jm_model* model) {
  if (model == nullptr) return;
  model->api->release_model(model->inner);
  delete model;
}

void close_engine(jm_engine* engine) {
  if (engine == nullptr) return;
  engine->api.close(engine->inner);
  delete engine;
}

jm_status operators(jm_engine* engine, const char** json, jm_message* message) {
  if (engine->api.operators != nullptr) return engine->api.operators(engine->inner, json, message);
  plugin::put_message(message, "this plugin does not list its operators");
  return JM_UNSUPPORTED;
}

jm_status export_model(jm_engine* engine, const char* model_path, const char* format,
                       const char* path, jm_message* message) {
  if (engine->api.export_model != nullptr)
    return engine->api.export_model(engine->inner, model_path, format, path, message);
  plugin::put_message(message, "this plugin writes no models");
  return JM_UNSUPPORTED;
}

constexpr jm_engine_api kApi = {JM_ENGINE_ABI_VERSION,
                                sizeof(jm_engine_api),
                                kName,
                                open_engine,
                                describe,
                                load,
                                inputs,
                                outputs,
                                bind,
                                run,
                                results,
                                effective,
                                lm_reset,
                                lm_forward,
                                release_model,
                                close_engine,
                                operators,
                                export_model,
                                lm_describe,
                                lm_logits,
                                build};

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
