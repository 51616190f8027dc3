// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface, as OpenVINO answers them.
#include "ov_model.h"
#include "plugin_kit/calls.h"

namespace {

using namespace joulemark;
using plugin::guarded;

jm_status run(jm_model* model, jm_message* message) {
  if (!model->is_warm()) return guarded(message, [&] { model->first_run(); });
  const openvino::StatusCode code = model->run();
  if (code == 0) return JM_OK;
  return guarded(message, [&] { model->fail_run(code); });
}

constexpr jm_engine_api kApi = plugin::api_table<jm_engine, jm_model>("openvino", run);

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
