// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface that read the same in every plugin written with classes.
#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include "joulemark/engine_abi.h"
#include "plugin_kit/decoder_calls.h"
#include "plugin_kit/status.h"

namespace joulemark::plugin {

/// Each call as a function of C's types. `Engine` and `Model` are the plugin's jm_engine and
/// jm_model, with
///   Engine(const jm_open_params&), Engine::description (JSON text),
///   Model(Engine&, const jm_load_params&), Model::inputs and ::outputs (PortList),
///   bind(tensors, count), results() → const std::vector<jm_tensor>&, effective() → const char*;
/// any of them may throw. With decoder() (decoder_calls.h) it runs language models too; with
/// build() → bool, whether anything was made, it builds apart from loading.
template <class Engine, class Model>
struct Calls {
  static jm_status open(const jm_open_params* params, jm_engine** engine, jm_message* message) {
    return guarded(message, [&] { *engine = std::make_unique<Engine>(*params).release(); });
  }
  static jm_status describe(jm_engine* engine, const char** json, jm_message*) {
    *json = static_cast<Engine*>(engine)->description.c_str();
    return JM_OK;
  }
  static jm_status load(jm_engine* engine, const jm_load_params* params, jm_model** model,
                        jm_message* message) {
    return guarded(message, [&] { *model = std::make_unique<Model>(*engine, *params).release(); });
  }
  static jm_status inputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
    return list(static_cast<Model*>(model)->inputs, ports, count);
  }
  static jm_status outputs(jm_model* model, const jm_port** ports, size_t* count, jm_message*) {
    return list(static_cast<Model*>(model)->outputs, ports, count);
  }
  static jm_status bind(jm_model* model, const jm_tensor* tensors, size_t count,
                        jm_message* message) {
    return guarded(message, [&] { static_cast<Model*>(model)->bind(tensors, count); });
  }
  static jm_status results(jm_model* model, const jm_tensor** tensors, size_t* count,
                           jm_message* message) {
    return guarded(message, [&] {
      const std::vector<jm_tensor>& views = static_cast<Model*>(model)->results();
      *tensors = views.data();
      *count = views.size();
    });
  }
  static jm_status effective(jm_model* model, const char** json, jm_message* message) {
    return guarded(message, [&] { *json = static_cast<Model*>(model)->effective(); });
  }
  static jm_status operators(jm_engine* engine, const char** json, jm_message* message) {
    return guarded(message, [&] { *json = static_cast<Engine*>(engine)->operators(); });
  }
  static jm_status export_model(jm_engine* engine, const char* model_path, const char* format,
                                const char* path, jm_message* message) {
    return guarded(message,
                   [&] { static_cast<Engine*>(engine)->export_model(model_path, format, path); });
  }
  static jm_status build(jm_model* model, int32_t* built, jm_message* message) {
    return guarded(message, [&] { *built = static_cast<Model*>(model)->build() ? 1 : 0; });
  }
  static void release_model(jm_model* model) { delete static_cast<Model*>(model); }
  static void close(jm_engine* engine) { delete static_cast<Engine*>(engine); }

 private:
  template <class Ports>
  static jm_status list(const Ports& all, const jm_port** ports, size_t* count) {
    *ports = all.data();
    *count = all.size();
    return JM_OK;
  }
};

/// The call that lists operators, where the engine has `operators()` → const char* (JSON text).
template <class Engine, class Model>
constexpr auto operators_call() -> jm_status (*)(jm_engine*, const char**, jm_message*) {
  if constexpr (requires(Engine & engine) { engine.operators(); })
    return Calls<Engine, Model>::operators;
  else
    return nullptr;
}

/// The call that writes models in another format, where the engine has `export_model(model_path,
/// format, path)`.
template <class Engine, class Model>
constexpr auto export_call()
    -> jm_status (*)(jm_engine*, const char*, const char*, const char*, jm_message*) {
  if constexpr (requires(Engine & engine) { engine.export_model("", "", ""); })
    return Calls<Engine, Model>::export_model;
  else
    return nullptr;
}

/// The call that builds, where the model has `build()`.
template <class Engine, class Model>
constexpr auto build_call() -> jm_status (*)(jm_model*, int32_t*, jm_message*) {
  if constexpr (requires(Model & model) { model.build(); })
    return Calls<Engine, Model>::build;
  else
    return nullptr;
}

/// The table of a plugin that has nothing to add but its name and its timed call.
template <class Engine, class Model>
constexpr jm_engine_api api_table(const char* name, jm_status (*run)(jm_model*, jm_message*)) {
  using C = Calls<Engine, Model>;
  constexpr bool kDecodes = requires(Model & model) {
    model.decoder();
  };
  using Text = std::conditional_t<kDecodes, DecoderCalls<Model>, NoDecoderCalls>;
  return {JM_ENGINE_ABI_VERSION,
          sizeof(jm_engine_api),
          name,
          C::open,
          C::describe,
          C::load,
          C::inputs,
          C::outputs,
          C::bind,
          run,
          C::results,
          C::effective,
          Text::lm_reset,
          Text::lm_forward,
          C::release_model,
          C::close,
          operators_call<Engine, Model>(),
          export_call<Engine, Model>(),
          Text::lm_describe,
          Text::lm_logits,
          build_call<Engine, Model>()};
}

}  // namespace joulemark::plugin
