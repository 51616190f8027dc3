// SPDX-License-Identifier: Apache-2.0
// The plugin's C side.
#include <memory>
#include <string>

#include "plugin_kit/status.h"
#include "served_model.h"

using joulemark::http_engine::ConnectionLost;
using joulemark::http_engine::knock;
using joulemark::http_engine::Opened;
using joulemark::http_engine::read_server_options;
using joulemark::http_engine::read_url;
using joulemark::http_engine::ServedModel;
namespace plugin = joulemark::plugin;

struct jm_engine {
  Opened opened;
  std::string description;
};

struct jm_model {
  jm_model(const Opened& opened, const jm_load_params& params) : served(opened, params) {}
  ServedModel served;
};

namespace {

using plugin::fail;
using plugin::guarded;

/// Said before anything is measured, when there are no options yet that say who is trusted.
void demand_reachable(const std::string& url) {
  try {
    knock(read_url(url));
  } catch (const ConnectionLost& lost) {
    fail(JM_FAILED, lost.message + "; start it, or name where it answers");
  }
}

jm_status open_engine(const jm_open_params* params, jm_engine** engine, jm_message* message) {
  return guarded(message, [&] {
    auto opened = std::make_unique<jm_engine>();
    opened->opened.options = read_server_options(
        plugin::Options(params->options, params->option_count), params->library_dir);
    opened->opened.threads = params->threads;
    opened->opened.cpus.assign(params->affinity, params->affinity + params->affinity_count);
    const bool is_started = !opened->opened.options.command.empty();
    if (!is_started) demand_reachable(opened->opened.options.url);
    opened->description = std::string(R"({"build": "", "library": "", "work": ")") +
                          (is_started ? "children" : "elsewhere") + "\"}";
    *engine = opened.release();
  });
}

jm_status describe(jm_engine* engine, const char** json, jm_message*) {
  *json = engine->description.c_str();
  return JM_OK;
}

jm_status load(jm_engine* engine, const jm_load_params* params, jm_model** model,
               jm_message* message) {
  return guarded(message,
                 [&] { *model = std::make_unique<jm_model>(engine->opened, *params).release(); });
}

jm_status inputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
  *ports = model->served.inputs().data();
  *count = model->served.inputs().size();
  return JM_OK;
}

jm_status outputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
  *ports = model->served.outputs().data();
  *count = model->served.outputs().size();
  return JM_OK;
}

jm_status bind(jm_model* model, const jm_tensor* tensors, size_t count, jm_message* message) {
  return guarded(message, [&] { model->served.bind(tensors, count); });
}

jm_status run(jm_model* model, jm_message* message) {
  return guarded(message, [&] { model->served.run(); });
}

jm_status results(jm_model* model, const jm_tensor** tensors, size_t* count, jm_message* message) {
  return guarded(message, [&] {
    const auto& views = model->served.results();
    *tensors = views.data();
    *count = views.size();
  });
}

jm_status effective(jm_model* model, const char** json, jm_message* message) {
  return guarded(message, [&] { *json = model->served.effective(); });
}

[[noreturn]] void refuse_logits() {
  fail(JM_UNSUPPORTED, "a server gives tokens and no logits");
}

jm_status lm_reset(jm_model* model, int32_t batch, int32_t max_tokens, jm_message* message) {
  return guarded(message, [&] { model->served.reset(batch, max_tokens); });
}

jm_status lm_forward(jm_model* model, const int32_t* tokens, int32_t, int32_t n,
                     int32_t* next_tokens, float* logits, jm_message* message) {
  return guarded(message, [&] {
    if (logits != nullptr) refuse_logits();
    model->served.forward(tokens, n, next_tokens);
  });
}

jm_status lm_describe(jm_model* model, jm_lm_info* info, jm_message* message) {
  return guarded(message, [&] { info->vocabulary = model->served.vocabulary(); });
}

jm_status lm_logits(jm_model*, const int32_t*, int32_t, int32_t, float*, jm_message* message) {
  return guarded(message, [] { refuse_logits(); });
}

void release_model(jm_model* model) {
  delete model;
}
void close_engine(jm_engine* engine) {
  delete engine;
}

constexpr jm_engine_api kApi = {JM_ENGINE_ABI_VERSION,
                                sizeof(jm_engine_api),
                                "http",
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
                                nullptr,
                                nullptr,
                                lm_describe,
                                lm_logits,
                                nullptr};

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
