// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface, as OpenVINO answers them.
#include <memory>

#include "ov_model.h"

namespace {

using namespace joulemark;
using plugin::guarded;

jm_status open_engine(const jm_open_params* params, jm_engine** engine, jm_message* message) {
  return guarded(message, [&] { *engine = std::make_unique<jm_engine>(*params).release(); });
}

jm_status describe(jm_engine* engine, const char** json, jm_message*) {
  *json = engine->description.c_str();
  return JM_OK;
}

jm_status load(jm_engine* engine, const jm_load_params* params, jm_model** model,
               jm_message* message) {
  return guarded(message, [&] { *model = std::make_unique<jm_model>(*engine, *params).release(); });
}

jm_status inputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
  *ports = model->inputs.data();
  *count = model->inputs.size();
  return JM_OK;
}

jm_status outputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
  *ports = model->outputs.data();
  *count = model->outputs.size();
  return JM_OK;
}

jm_status bind(jm_model* model, const jm_tensor* tensors, size_t count, jm_message* message) {
  return guarded(message, [&] { model->bind(tensors, count); });
}

jm_status run(jm_model* model, jm_message* message) {
  if (!model->is_warm()) return guarded(message, [&] { model->first_run(); });
  const openvino::StatusCode code = model->run();
  if (code == 0) return JM_OK;
  return guarded(message, [&] { model->fail_run(code); });
}

jm_status results(jm_model* model, const jm_tensor** tensors, size_t* count, jm_message* message) {
  return guarded(message, [&] {
    const std::vector<jm_tensor>& views = model->results();
    *tensors = views.data();
    *count = views.size();
  });
}

jm_status effective(jm_model* model, const char** json, jm_message* message) {
  return guarded(message, [&] { *json = model->effective(); });
}

jm_status no_language_model(jm_message* message) {
  plugin::put_message(message, "engine 'openvino' does not run language models yet");
  return JM_UNSUPPORTED;
}

jm_status lm_reset(jm_model*, int32_t, int32_t, jm_message* message) {
  return no_language_model(message);
}

jm_status lm_forward(jm_model*, const int32_t*, int32_t, int32_t, int32_t*, float*,
                     jm_message* message) {
  return no_language_model(message);
}

void release_model(jm_model* model) {
  delete model;
}
void close_engine(jm_engine* engine) {
  delete engine;
}

constexpr jm_engine_api kApi = {JM_ENGINE_ABI_VERSION,
                                sizeof(jm_engine_api),
                                "openvino",
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
                                close_engine};

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
