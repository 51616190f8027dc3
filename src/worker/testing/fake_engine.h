// SPDX-License-Identifier: Apache-2.0
// An engine that a test scripts: a table of the engine ABI whose calls look into one FakeEngine.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"

namespace joulemark::testing {

/// y = x + offset on float32 [-1, 2]. As a language model of kVocabulary tokens, what follows a
/// token is the one `text_step` behind it, preferred to all others by `text_margin`. A status other
/// than JM_OK makes that call fail with "scripted: NAME". One at a time, because the ABI's table
/// has no place for a context.
class FakeEngine {
 public:
  FakeEngine() { current() = this; }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine() { current() = nullptr; }

  jm_status open_status = JM_OK;
  jm_status operators_status = JM_OK;
  jm_status load_status = JM_OK;
  jm_status build_status = JM_OK;
  jm_status bind_status = JM_OK;
  jm_status run_status = JM_OK;
  jm_status text_status = JM_OK;  ///< of lm_forward
  float offset = 0;
  static constexpr std::int32_t kVocabulary = 10;
  std::int32_t text_step = 1;
  float text_margin = 0.5F;
  std::int64_t text_calls = 0;                      ///< of lm_forward
  std::vector<std::vector<std::int32_t>> text_fed;  ///< to each of them
  std::int32_t text_room = 0;                       ///< tokens that lm_reset made room for
  std::string describe_json = R"({"version":"9.9","providers":["cpu"]})";
  std::string operators_json = R"([{"domain":"","name":"Add","since":7}])";
  std::string effective_json = R"({"precision":"f32"})";
  std::function<void()> on_run = [] {};
  /// Released and closed handles, in order.
  std::vector<std::string> log;
  std::string loaded_path;
  std::string loaded_precision;
  std::int32_t opened_threads = 0;
  std::int64_t runs = 0;
  bool has_to_build = false;  ///< what the next `build` makes

  static const jm_engine_api& api();

 private:
  static FakeEngine*& current() {
    static FakeEngine* engine = nullptr;
    return engine;
  }
  static jm_status say(jm_status status, const char* name, jm_message* message) {
    if (status != JM_OK) {
      const std::string text = std::string("scripted: ") + name;
      text.copy(message->text, JM_MESSAGE_SIZE - 1);
      message->text[text.size()] = '\0';
    }
    return status;
  }
  static jm_status open(const jm_open_params* params, jm_engine** engine, jm_message* message);
  static jm_status describe(jm_engine*, const char** json, jm_message*);
  static jm_status operators(jm_engine*, const char** json, jm_message* message);
  static jm_status load(jm_engine*, const jm_load_params* params, jm_model** model,
                        jm_message* message);
  static jm_status inputs(jm_model*, const jm_port** ports, size_t* count, jm_message*);
  static jm_status outputs(jm_model*, const jm_port** ports, size_t* count, jm_message*);
  static jm_status bind(jm_model*, const jm_tensor* inputs, size_t count, jm_message* message);
  static jm_status run(jm_model*, jm_message* message);
  static jm_status results(jm_model*, const jm_tensor** outputs, size_t* count, jm_message*);
  static jm_status effective(jm_model*, const char** json, jm_message*);
  static jm_status lm_describe(jm_model*, jm_lm_info* info, jm_message*) {
    info->vocabulary = kVocabulary;
    return JM_OK;
  }
  static jm_status lm_reset(jm_model*, int32_t, int32_t max_tokens, jm_message*) {
    current()->text_room = max_tokens;
    return JM_OK;
  }
  static jm_status lm_forward(jm_model*, const int32_t* tokens, int32_t batch, int32_t n,
                              int32_t* next, float* logits, jm_message* message);
  static jm_status lm_logits(jm_model*, const int32_t*, int32_t, int32_t, float*, jm_message*) {
    return JM_UNSUPPORTED;
  }
  static jm_status build(jm_model*, int32_t* built, jm_message* message);
  static void release_model(jm_model*) { current()->log.emplace_back("release"); }
  static void close(jm_engine*) { current()->log.emplace_back("close"); }

  std::array<std::int64_t, 2> dims_ = {-1, 2};
  jm_port input_{"x", JM_FLOAT32, 2, dims_.data()};
  jm_port output_{"y", JM_FLOAT32, 2, dims_.data()};
  jm_tensor bound_{};
  std::vector<std::int64_t> result_dims_;
  std::vector<float> result_;
  jm_tensor result_tensor_{};
};

inline jm_status FakeEngine::open(const jm_open_params* params, jm_engine** engine,
                                  jm_message* message) {
  FakeEngine& self = *current();
  self.opened_threads = params->threads;
  *engine = reinterpret_cast<jm_engine*>(&self);
  return say(self.open_status, "open", message);
}
inline jm_status FakeEngine::operators(jm_engine*, const char** json, jm_message* message) {
  *json = current()->operators_json.c_str();
  return say(current()->operators_status, "operators", message);
}
inline jm_status FakeEngine::describe(jm_engine*, const char** json, jm_message*) {
  *json = current()->describe_json.c_str();
  return JM_OK;
}
inline jm_status FakeEngine::load(jm_engine*, const jm_load_params* params, jm_model** model,
                                  jm_message* message) {
  FakeEngine& self = *current();
  self.loaded_path = params->model_path;
  self.loaded_precision = params->precision;
  *model = reinterpret_cast<jm_model*>(&self);
  return say(self.load_status, "load", message);
}
inline jm_status FakeEngine::build(jm_model*, int32_t* built, jm_message* message) {
  FakeEngine& self = *current();
  *built = self.has_to_build ? 1 : 0;
  self.has_to_build = false;
  return say(self.build_status, "build", message);
}
inline jm_status FakeEngine::inputs(jm_model*, const jm_port** ports, size_t* count, jm_message*) {
  *ports = &current()->input_;
  *count = 1;
  return JM_OK;
}
inline jm_status FakeEngine::outputs(jm_model*, const jm_port** ports, size_t* count, jm_message*) {
  *ports = &current()->output_;
  *count = 1;
  return JM_OK;
}
inline jm_status FakeEngine::bind(jm_model*, const jm_tensor* inputs, size_t, jm_message* message) {
  current()->bound_ = inputs[0];
  return say(current()->bind_status, "bind", message);
}
inline jm_status FakeEngine::run(jm_model*, jm_message* message) {
  FakeEngine& self = *current();
  ++self.runs;
  self.on_run();
  return say(self.run_status, "run", message);
}
inline jm_status FakeEngine::results(jm_model*, const jm_tensor** outputs, size_t* count,
                                     jm_message*) {
  FakeEngine& self = *current();
  const auto* x = static_cast<const float*>(self.bound_.data);
  self.result_.assign(x, x + self.bound_.bytes / sizeof(float));
  for (float& value : self.result_) value += self.offset;
  self.result_dims_.assign(self.bound_.dims, self.bound_.dims + self.bound_.rank);
  self.result_tensor_ = self.bound_;
  self.result_tensor_.dims = self.result_dims_.data();
  self.result_tensor_.data = self.result_.data();
  *outputs = &self.result_tensor_;
  *count = 1;
  return JM_OK;
}
inline jm_status FakeEngine::effective(jm_model*, const char** json, jm_message*) {
  *json = current()->effective_json.c_str();
  return JM_OK;
}

inline jm_status FakeEngine::lm_forward(jm_model*, const int32_t* tokens, int32_t batch, int32_t n,
                                        int32_t* next, float* logits, jm_message* message) {
  FakeEngine& self = *current();
  ++self.text_calls;
  self.text_fed.emplace_back(tokens, tokens + std::ptrdiff_t{batch} * n);
  self.on_run();
  for (std::ptrdiff_t row = 0; row < batch; ++row) {
    next[row] = (tokens[row * n + n - 1] + self.text_step) % kVocabulary;
    if (logits == nullptr) continue;
    float* own = logits + row * kVocabulary;
    std::fill_n(own, kVocabulary, 1 - self.text_margin);
    own[next[row]] = 1;
  }
  return say(self.text_status, "lm_forward", message);
}

inline const jm_engine_api& FakeEngine::api() {
  static const jm_engine_api table{.abi_version = JM_ENGINE_ABI_VERSION,
                                   .struct_size = sizeof(jm_engine_api),
                                   .name = "fake",
                                   .open = open,
                                   .describe = describe,
                                   .load = load,
                                   .inputs = inputs,
                                   .outputs = outputs,
                                   .bind = bind,
                                   .run = run,
                                   .results = results,
                                   .effective = effective,
                                   .lm_reset = lm_reset,
                                   .lm_forward = lm_forward,
                                   .release_model = release_model,
                                   .close = close,
                                   .operators = operators,
                                   .export_model = nullptr,
                                   .lm_describe = lm_describe,
                                   .lm_logits = lm_logits,
                                   .build = build};
  return table;
}

}  // namespace joulemark::testing
