// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface, as MXNet answers them.
#include "mx_model.h"
#include "plugin_kit/calls.h"

namespace {

using namespace joulemark;

jm_status run(jm_model* model, jm_message* message) {
  return plugin::guarded(message, [&] { model->run(); });
}

constexpr jm_engine_api kApi = plugin::api_table<jm_engine, jm_model>("mxnet", run);

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
