// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface, as TensorFlow answers them.
#include "plugin_kit/calls.h"
#include "tf_model.h"

namespace {

using namespace joulemark;

jm_status run(jm_model* model, jm_message* message) {
  return plugin::guarded(message, [&] { model->run(); });
}

constexpr jm_engine_api kApi = plugin::api_table<jm_engine, jm_model>("tensorflow", run);

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
