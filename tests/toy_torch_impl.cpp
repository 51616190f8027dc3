// SPDX-License-Identifier: Apache-2.0
// Stands for an engine's implementation for one version of PyTorch: each call leaves its name in a
// list, which `describe` shows with the version of the library that answers.
#include <sched.h>

#include <memory>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "plugin_kit/status.h"

extern "C" const char* toy_torch_version(void);

struct jm_engine {
  std::string calls;
  std::string json;
  std::string provider;
  int threads = 0;
  int cpus = 0;  // that the opening thread might use
};
struct jm_model {
  jm_engine* engine;
  jm_port port{"x", JM_FLOAT32, 0, nullptr};
  jm_tensor tensor{JM_FLOAT32, JM_MEMORY_HOST, 0, nullptr, nullptr, 0};
};

namespace {

using joulemark::plugin::put_message;

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  return CPU_COUNT(&set);
}

#ifdef TOY_FAILING
constexpr bool kOpens = false;
#else
constexpr bool kOpens = true;
#endif

jm_status open_engine(const jm_open_params* params, jm_engine** engine, jm_message* message) {
  if (!kOpens) {
    put_message(message, "the toy does not open");
    return JM_OUT_OF_MEMORY;
  }
  *engine = std::make_unique<jm_engine>(
                jm_engine{"open", "", params->provider, params->threads, usable_cpus()})
                .release();
  return JM_OK;
}
jm_status describe(jm_engine* engine, const char** json, jm_message*) {
  engine->json = std::string(R"({"library":")") + toy_torch_version() + R"(","calls":")" +
                 engine->calls + R"(","providers":[")" + engine->provider + R"("],"threads":)" +
                 std::to_string(engine->threads) + R"(,"cpus":)" + std::to_string(engine->cpus) +
                 "}";
  *json = engine->json.c_str();
  return JM_OK;
}
jm_status load(jm_engine* engine, const jm_load_params* params, jm_model** model,
               jm_message* message) {
  engine->calls += " load";
  if (std::string(params->model_path) != "good") {
    put_message(message, "the toy has no such model");
    return JM_INVALID_MODEL;
  }
  *model = std::make_unique<jm_model>(jm_model{engine}).release();
  return JM_OK;
}
jm_status inputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
  model->engine->calls += " inputs";
  *ports = &model->port;
  *count = 1;
  return JM_OK;
}
jm_status outputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
  model->engine->calls += " outputs";
  *ports = &model->port;
  *count = 1;
  return JM_OK;
}
jm_status bind(jm_model* model, const jm_tensor*, size_t count, jm_message*) {
  model->engine->calls += " bind" + std::to_string(count);
  return JM_OK;
}
jm_status run(jm_model* model, jm_message* message) {
  model->engine->calls += " run";
  put_message(message, "the toy ran");
  return JM_FAILED;
}
jm_status results(jm_model* model, const jm_tensor** tensors, size_t* count, jm_message*) {
  model->engine->calls += " results";
  *tensors = &model->tensor;
  *count = 1;
  return JM_OK;
}
jm_status effective(jm_model* model, const char** json, jm_message*) {
  model->engine->calls += " effective";
  *json = "{}";
  return JM_OK;
}
jm_status lm_reset(jm_model* model, int32_t batch, int32_t most, jm_message*) {
  model->engine->calls += " reset" + std::to_string(batch) + "," + std::to_string(most);
  return JM_OK;
}
jm_status lm_forward(jm_model* model, const int32_t* tokens, int32_t, int32_t, int32_t* next,
                     float*, jm_message*) {
  model->engine->calls += " forward";
  *next = *tokens + 1;
  return JM_OK;
}
[[maybe_unused]] void release_model(jm_model* model) {
  model->engine->calls += " release";
  delete model;
}
void close_engine(jm_engine* engine) {
  delete engine;
}
jm_status operators(jm_engine*, const char** json, jm_message*) {
  *json = R"([{"domain":"","name":"Toy","since":1,"until":6},{"domain":"","name":"Toy","since":7},)"
          R"({"domain":"com.example","name":"Play","since":3,"until":3}])";
  return JM_OK;
}

#ifdef TOY_INCOMPLETE
constexpr auto kRelease = decltype(jm_engine_api::release_model){};
#else
constexpr auto kRelease = release_model;
#endif

#ifdef TOY_OLD
constexpr std::uint32_t kVersion = JM_ENGINE_ABI_VERSION + 1;
#else
constexpr std::uint32_t kVersion = JM_ENGINE_ABI_VERSION;
#endif

constexpr jm_engine_api kApi = {kVersion,   sizeof(jm_engine_api),
                                "toytorch", open_engine,
                                describe,   load,
                                inputs,     outputs,
                                bind,       run,
                                results,    effective,
                                lm_reset,   lm_forward,
                                kRelease,   close_engine,
                                operators};

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
