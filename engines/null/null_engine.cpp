// SPDX-License-Identifier: Apache-2.0
// The null engine: every call of the engine interface, with nothing behind it.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "plugin_kit/ports.h"
#include "script.h"

using joulemark::null_engine::Place;
using joulemark::null_engine::Script;
namespace null_engine = joulemark::null_engine;
namespace plugin = joulemark::plugin;

/// The opened "library".
struct jm_engine {
  plugin::Options options;
  Script script;
  std::int32_t threads = 1;
};

/// A loaded "model". `outputs` view `values`, which `bind` sizes.
struct jm_model {
  Script script;
  std::string precision;
  std::int32_t threads = 1;
  plugin::PortList inputs;
  plugin::PortList outputs;
  std::vector<char> ballast;
  std::vector<std::int64_t> bound_dims;
  std::vector<float> values;
  std::vector<jm_tensor> results;
  bool bound = false;
  bool is_built = false;
  bool scripted = false;  // a run that does nothing must not even look at the script
  bool has_run = false;   // since the last bind
  std::int64_t runs = 0;  // since load
  std::string effective;
  std::vector<std::int32_t> last_tokens;
};

namespace {

using plugin::fail;
using plugin::guarded;

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

plugin::PortList make_ports(const char* letter, std::size_t count, const Script& script) {
  std::vector<plugin::Port> ports;
  for (std::size_t i = 0; i < count; ++i)
    ports.push_back(
        {letter + (count == 1 ? std::string() : std::to_string(i)), JM_FLOAT32, true, script.dims});
  return plugin::PortList(std::move(ports));
}

bool is_scripted(const Script& script) {
  return script.busy_ns > 0 || script.sleep_ns > 0 || script.crash != "no";
}

/// Whether there was anything to build.
bool build_model(jm_model& model) {
  if (model.is_built) return false;
  const Script& script = model.script;
  null_engine::sleep_for(script.build_ms * kNanosecondsPerMillisecond);
  null_engine::fail_as_told(script, Place::kBuild);
  model.is_built = true;
  model.scripted = is_scripted(script);
  return script.build_ms > 0;
}

jm_status open_engine(const jm_open_params* params, jm_engine** engine, jm_message* message) {
  return guarded(message, [&] {
    auto opened = std::make_unique<jm_engine>();
    opened->options = plugin::Options(params->options, params->option_count);
    opened->script = null_engine::read_script(opened->options);
    opened->threads = params->threads;
    if (std::string(params->provider) != "cpu")
      fail(JM_UNSUPPORTED,
           "engine 'null' has no provider '" + std::string(params->provider) + "'; use cpu");
    if (params->threads < 1) fail(JM_INVALID_ARGUMENT, "a run needs at least 1 thread");
    if (!opened->script.say.empty()) {
      std::fprintf(stdout, "%s\n", opened->script.say.c_str());
      std::fprintf(stderr, "%s\n", opened->script.say.c_str());
      std::fflush(stdout);
    }
    null_engine::sleep_for(opened->script.open_ms * kNanosecondsPerMillisecond);
    null_engine::fail_as_told(opened->script, Place::kOpen);
    *engine = opened.release();
  });
}

jm_status describe(jm_engine*, const char** json, jm_message*) {
  *json = R"({"version": "1.0.0", "providers": ["cpu"], "build": "", "library": ""})";
  return JM_OK;
}

void require_known(const std::string& precision) {
  for (const char* known : {"f32", "bf16", "f16", "native"})
    if (precision == known) return;
  fail(JM_UNSUPPORTED,
       "engine 'null' has no precision '" + precision + "'; use f32, bf16, f16 or native");
}

jm_status load(jm_engine* engine, const jm_load_params* params, jm_model** model,
               jm_message* message) {
  return guarded(message, [&] {
    plugin::Options options = engine->options;
    for (std::size_t i = 0; i < params->option_count; ++i)
      options.set(params->options[i].key, params->options[i].value);
    auto loaded = std::make_unique<jm_model>();
    loaded->script = null_engine::read_script(
        null_engine::with_model_options(std::move(options), params->model_path));
    const Script& script = loaded->script;
    require_known(params->precision);
    loaded->precision = script.precision.empty() ? params->precision : script.precision;
    loaded->threads = engine->threads;
    loaded->scripted = script.build_ms > 0 || is_scripted(script);
    loaded->inputs = make_ports("x", script.inputs, script);
    loaded->outputs = make_ports("y", script.outputs, script);
    null_engine::sleep_for(script.load_ms * kNanosecondsPerMillisecond);
    null_engine::fail_as_told(script, Place::kLoad);
    loaded->ballast.assign(static_cast<std::size_t>(script.alloc_bytes), '\1');
    *model = loaded.release();
  });
}

jm_status build(jm_model* model, int32_t* built, jm_message* message) {
  return guarded(message, [&] { *built = build_model(*model) ? 1 : 0; });
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

/// Without inputs, dynamic dimensions of the outputs are 1.
std::vector<std::int64_t> output_dims(const jm_model& model, const jm_tensor* tensors,
                                      std::size_t count) {
  std::vector<std::int64_t> dims = model.script.dims;
  if (count > 0) dims.assign(tensors[0].dims, tensors[0].dims + tensors[0].rank);
  std::replace(dims.begin(), dims.end(), std::int64_t{-1}, std::int64_t{1});
  return dims;
}

jm_status bind(jm_model* model, const jm_tensor* tensors, size_t count, jm_message* message) {
  return guarded(message, [&] {
    model->bound = false;
    plugin::check_inputs(model->inputs, tensors, count);
    null_engine::fail_as_told(model->script, Place::kBind);
    model->bound_dims = output_dims(*model, tensors, count);
    const auto& dims = model->bound_dims;
    model->values.assign(plugin::element_count(dims.data(), dims.size()), model->script.value);
    const jm_tensor result = {
        JM_FLOAT32,  JM_MEMORY_HOST,       static_cast<std::int32_t>(dims.size()),
        dims.data(), model->values.data(), model->values.size() * sizeof(float)};
    model->results.assign(model->outputs.size(), result);
    model->bound = true;
    model->has_run = false;
  });
}

/// The scripted part, out of the way of the run that does nothing.
void perform(jm_model& model) {
  const Script& script = model.script;
  build_model(model);
  null_engine::fail_as_told(script, Place::kRun, model.runs);
  const bool slow = script.slow_every > 0 && model.runs % script.slow_every == 0;
  null_engine::busy_for(script.busy_ns * (slow ? 10 : 1));
  null_engine::sleep_for(script.sleep_ns * (slow ? 10 : 1));
}

jm_status run(jm_model* model, jm_message* message) {
  if (!model->bound) {
    plugin::put_message(message, "run without bound inputs");
    return JM_INVALID_ARGUMENT;
  }
  model->has_run = true;
  if (!model->scripted) return JM_OK;
  ++model->runs;
  return guarded(message, [&] { perform(*model); });
}

jm_status results(jm_model* model, const jm_tensor** tensors, size_t* count, jm_message* message) {
  if (!model->bound || !model->has_run) {
    plugin::put_message(message, "there are no results before a run");
    return JM_FAILED;
  }
  *tensors = model->results.data();
  *count = model->results.size();
  return JM_OK;
}

jm_status effective(jm_model* model, const char** json, jm_message* message) {
  return guarded(message, [&] {
    model->effective = R"({"provider": "cpu", "providers": {"null": 1}, "precision": ")" +
                       model->precision + R"(", "threads": )" + std::to_string(model->threads) +
                       "}";
    *json = model->effective.c_str();
  });
}

jm_status lm_reset(jm_model* model, int32_t batch, int32_t max_tokens, jm_message* message) {
  return guarded(message, [&] {
    if (batch < 1 || max_tokens < 1) fail(JM_INVALID_ARGUMENT, "batch and tokens start at 1");
    build_model(*model);
    model->last_tokens.assign(static_cast<std::size_t>(batch), 0);
  });
}

/// What the null engine's language model says behind a token: all probability on the next id.
void next_logits(const jm_model& model, std::int32_t token, float* logits) {
  std::fill_n(logits, model.script.vocabulary, 0.0F);
  logits[(token + 1) % model.script.vocabulary] = 1.0F;
}

void check_tokens(const jm_model& model, const int32_t* tokens, int32_t batch, int32_t n) {
  if (batch < 1 || n < 1 || static_cast<std::size_t>(batch) != model.last_tokens.size())
    fail(JM_INVALID_ARGUMENT, "the tokens do not fit the batch of lm_reset");
  for (std::int32_t i = 0; i < batch * n; ++i)
    if (tokens[i] != JM_NO_TOKEN && (tokens[i] < 0 || tokens[i] >= model.script.vocabulary))
      fail(JM_INVALID_ARGUMENT, "token beyond the vocabulary");
}

jm_status lm_forward(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n,
                     int32_t* next_tokens, float* logits, jm_message* message) {
  return guarded(message, [&] {
    check_tokens(*model, tokens, batch, n);
    const std::int32_t vocabulary = model->script.vocabulary;
    for (std::int32_t row = 0; row < batch; ++row) {
      const std::int32_t last = tokens[row * n + n - 1];
      if (last == JM_NO_TOKEN) fail(JM_INVALID_ARGUMENT, "a row of the batch has no token");
      model->last_tokens[static_cast<std::size_t>(row)] = last;
      next_tokens[row] = (last + 1) % vocabulary;
      if (logits != nullptr)
        next_logits(*model, last, logits + static_cast<std::ptrdiff_t>(row) * vocabulary);
    }
  });
}

jm_status lm_logits(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n, float* logits,
                    jm_message* message) {
  return guarded(message, [&] {
    check_tokens(*model, tokens, batch, n);
    for (std::int32_t i = 0; i < batch * n; ++i)
      next_logits(*model, std::max(tokens[i], 0),
                  logits + static_cast<std::ptrdiff_t>(i) * model->script.vocabulary);
  });
}

jm_status lm_describe(jm_model* model, jm_lm_info* info, jm_message*) {
  info->vocabulary = model->script.vocabulary;
  return JM_OK;
}

void release_model(jm_model* model) {
  delete model;
}
void close_engine(jm_engine* engine) {
  delete engine;
}

constexpr jm_engine_api kApi = {JM_ENGINE_ABI_VERSION,
                                sizeof(jm_engine_api),
                                "null",
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
                                build};

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
