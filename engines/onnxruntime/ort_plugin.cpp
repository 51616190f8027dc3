// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface, as ONNX Runtime answers them.
#include "ort_errors.h"
#include "ort_model.h"
#include "plugin_kit/calls.h"

namespace {

using namespace joulemark;
using plugin::guarded;

/// A failed run, or one without inputs: once more without the outputs that were given back, then
/// the error.
jm_status settle(jm_model* model, ort::Status* status, jm_message* message) {
  return guarded(message, [&] {
    if (!model->is_bound()) plugin::fail(JM_INVALID_ARGUMENT, "run without bound inputs");
    if (model->drop_outputs()) {
      model->api().ReleaseStatus(status);
      status = model->run();
      if (status == nullptr) return;
      model->drop_outputs();
    }
    ort::check(model->api(), ort::Stage::kRun, status);
  });
}

jm_status run(jm_model* model, jm_message* message) {
  if (!model->is_bound()) return settle(model, nullptr, message);
  ort::Status* status = model->run();
  if (status == nullptr) return JM_OK;
  return settle(model, status, message);
}

constexpr jm_engine_api kApi = plugin::api_table<jm_engine, jm_model>("onnxruntime", run);

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
