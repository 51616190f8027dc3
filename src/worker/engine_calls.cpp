// SPDX-License-Identifier: Apache-2.0
// Each call's status and message, and no trust in what a plugin hands out.
#include "worker/engine_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace joulemark::worker {
namespace {

constexpr std::int32_t kMaxRank = 64;
constexpr std::size_t kMaxPorts = 100'000;

/// The plugin's reason, on one line.
std::string reason(const jm_message& message, const char* call) {
  std::string text(message.text, strnlen(message.text, JM_MESSAGE_SIZE));
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text.empty() ? fmt::format("the engine's '{}' failed without a reason", call) : text;
}

tl::unexpected<Failure> call_failure(jm_status status, const jm_message& message,
                                     const char* call) {
  return fail(status == JM_OK ? JM_FAILED : status, reason(message, call));
}

tl::unexpected<Failure> broken_plugin(const char* call, const char* what) {
  return fail(JM_FAILED, fmt::format("the engine plugin's '{}' returned {}", call, what));
}

std::vector<jm_option> as_options(const Options& options) {
  std::vector<jm_option> list;
  for (const auto& [key, value] : options) list.push_back({key.c_str(), value.c_str()});
  return list;
}

}  // namespace

EngineModel::EngineModel(const jm_engine_api& api, jm_model* model)
    : api_(&api), message_(std::make_unique<jm_message>()), model_(model, Release{&api}) {}

Outcome<std::vector<EnginePort>> EngineModel::ports(PortsCall call) {
  const jm_port* list = nullptr;
  std::size_t count = 0;
  *message_ = {};
  if (const jm_status status = call(model_.get(), &list, &count, message_.get()); status != JM_OK) {
    return call_failure(status, *message_, "inputs");
  }
  if (count > kMaxPorts || (count > 0 && list == nullptr)) {
    return broken_plugin("inputs", "no list of ports");
  }
  std::vector<EnginePort> result;
  for (const jm_port& port : std::span(list, count)) {
    if (port.rank > kMaxRank || (port.rank > 0 && port.dims == nullptr) || port.name == nullptr) {
      return broken_plugin("inputs", "a port without name or dims");
    }
    EnginePort copy{port.name, port.dtype, port.rank >= 0, {}};
    if (port.rank > 0) copy.dims.assign(port.dims, port.dims + port.rank);
    result.push_back(std::move(copy));
  }
  return result;
}

Outcome<std::vector<EnginePort>> EngineModel::inputs() {
  return ports(api_->inputs);
}
Outcome<std::vector<EnginePort>> EngineModel::outputs() {
  return ports(api_->outputs);
}

Outcome<bool> EngineModel::build() {
  if (!builds()) return false;
  std::int32_t built = 0;
  *message_ = {};
  const jm_status status = api_->build(model_.get(), &built, message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "build");
  return built != 0;
}

Outcome<void> EngineModel::bind(std::vector<model::HostTensor> tensors) {
  std::vector<model::TensorView> views;
  views.reserve(tensors.size());
  std::vector<jm_tensor> list;
  for (model::HostTensor& tensor : tensors) {
    views.push_back(model::view(tensor));
    list.push_back(views.back().tensor);
  }
  *message_ = {};
  const jm_status status = api_->bind(model_.get(), list.data(), list.size(), message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "bind");
  // Only now, because until a bind succeeds the plugin may look at the old buffers.
  tensors_ = std::move(tensors);
  views_ = std::move(views);
  return {};
}

Outcome<void> EngineModel::run() {
  const Subject call = subject();
  if (const jm_status status = call.run(call.model, call.message); status != JM_OK) {
    return run_failure(status);
  }
  return {};
}

Outcome<std::vector<model::HostTensor>> EngineModel::results() {
  const jm_tensor* list = nullptr;
  std::size_t count = 0;
  *message_ = {};
  const jm_status status = api_->results(model_.get(), &list, &count, message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "results");
  auto names = outputs();
  if (!names) return fail(names.error());
  if (count != names->size() || (count > 0 && list == nullptr)) {
    return broken_plugin("results", "another number of outputs than the model has");
  }
  std::vector<model::HostTensor> copies;
  for (std::size_t i = 0; i < count; ++i) {
    auto copy = model::copy_tensor((*names)[i].name, list[i]);
    if (!copy) return failed(copy.error());
    copies.push_back(std::move(*copy));
  }
  return copies;
}

Outcome<std::string> EngineModel::effective() {
  const char* json = nullptr;
  *message_ = {};
  const jm_status status = api_->effective(model_.get(), &json, message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "effective");
  if (json == nullptr) return broken_plugin("effective", "nothing");
  return std::string(json);
}

Subject EngineModel::subject() {
  *message_ = {};
  return {.run = api_->run, .model = model_.get(), .message = message_.get()};
}

Outcome<std::int32_t> EngineModel::vocabulary() {
  if (api_->lm_describe == nullptr || api_->lm_logits == nullptr)
    return fail(JM_UNSUPPORTED, "this engine does not run language models");
  jm_lm_info info{};
  *message_ = {};
  const jm_status status = api_->lm_describe(model_.get(), &info, message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "lm_describe");
  if (info.vocabulary < 1) return broken_plugin("lm_describe", "no vocabulary");
  return info.vocabulary;
}

TextSubject EngineModel::text_subject() {
  *message_ = {};
  return {api_->lm_reset, api_->lm_forward, model_.get(), message_.get()};
}

Outcome<void> EngineModel::reset_text(std::int32_t batch, std::int32_t max_tokens) {
  *message_ = {};
  const jm_status status = api_->lm_reset(model_.get(), batch, max_tokens, message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "lm_reset");
  return {};
}

Outcome<std::vector<float>> EngineModel::logits(const TokenFeed& feed, protocol::Logits which) {
  const bool all = which == protocol::Logits::kAll;
  const auto batch = static_cast<std::size_t>(feed.batch);
  const auto n = static_cast<std::int32_t>(feed.ids.size() / batch);
  std::vector<float> logits((all ? feed.ids.size() : batch) * feed.vocabulary);
  std::vector<std::int32_t> next(batch);
  const std::int32_t* ids = feed.ids.data();
  *message_ = {};
  const jm_status status =
      all ? api_->lm_logits(model_.get(), ids, feed.batch, n, logits.data(), message_.get())
          : api_->lm_forward(model_.get(), ids, feed.batch, n, next.data(), logits.data(),
                             message_.get());
  if (status != JM_OK) return call_failure(status, *message_, all ? "lm_logits" : "lm_forward");
  return logits;
}

Outcome<void> EngineModel::forward(const TokenFeed& feed, const TextStep& into) {
  const auto n = static_cast<std::int32_t>(feed.ids.size() / into.next.size());
  float* logits = into.logits.empty() ? nullptr : into.logits.data();
  *message_ = {};
  const jm_status status = api_->lm_forward(model_.get(), feed.ids.data(), feed.batch, n,
                                            into.next.data(), logits, message_.get());
  if (status != JM_OK) return call_failure(status, *message_, "lm_forward");
  const auto is_token = [&](std::int32_t id) {
    return id >= 0 && static_cast<std::size_t>(id) < feed.vocabulary;
  };
  if (!std::ranges::all_of(into.next, is_token))
    return broken_plugin("lm_forward", "a token that is none of the vocabulary");
  return {};
}

tl::unexpected<Failure> EngineModel::run_failure(jm_status status) {
  return call_failure(status, *message_, "run");
}

Outcome<Engine> Engine::open(const jm_engine_api& api, const OpenRequest& request) {
  const auto options = as_options(request.options);
  const jm_open_params params{.library_dir = request.library_dir.c_str(),
                              .provider = request.provider.c_str(),
                              .threads = request.threads,
                              .affinity = request.affinity.data(),
                              .affinity_count = request.affinity.size(),
                              .options = options.data(),
                              .option_count = options.size()};
  jm_engine* engine = nullptr;
  const auto message = std::make_unique<jm_message>();
  const jm_status status = api.open(&params, &engine, message.get());
  if (status != JM_OK) return call_failure(status, *message, "open");
  if (engine == nullptr) return broken_plugin("open", "no engine");
  return Engine(api, engine);
}

Outcome<std::string> Engine::describe() {
  const char* json = nullptr;
  const auto message = std::make_unique<jm_message>();
  const jm_status status = api_->describe(engine_.get(), &json, message.get());
  if (status != JM_OK) return call_failure(status, *message, "describe");
  if (json == nullptr) return broken_plugin("describe", "nothing");
  return std::string(json);
}

Outcome<std::string> Engine::operators() {
  if (api_->operators == nullptr)
    return fail(JM_UNSUPPORTED, "this engine does not list the operators that it computes");
  const char* json = nullptr;
  const auto message = std::make_unique<jm_message>();
  const jm_status status = api_->operators(engine_.get(), &json, message.get());
  if (status != JM_OK) return call_failure(status, *message, "operators");
  if (json == nullptr) return broken_plugin("operators", "nothing");
  return std::string(json);
}

Outcome<void> Engine::export_model(const ExportRequest& request) {
  if (api_->export_model == nullptr)
    return fail(JM_UNSUPPORTED, "this engine does not write models");
  const auto message = std::make_unique<jm_message>();
  const jm_status status =
      api_->export_model(engine_.get(), request.model.c_str(), request.format.c_str(),
                         request.path.c_str(), message.get());
  if (status != JM_OK) return call_failure(status, *message, "export_model");
  return {};
}

Outcome<EngineModel> Engine::load(const LoadRequest& request) {
  const auto options = as_options(request.options);
  const jm_load_params params{.model_path = request.model.c_str(),
                              .precision = request.precision.c_str(),
                              .options = options.data(),
                              .option_count = options.size()};
  jm_model* model = nullptr;
  const auto message = std::make_unique<jm_message>();
  const jm_status status = api_->load(engine_.get(), &params, &model, message.get());
  if (status != JM_OK) return call_failure(status, *message, "load");
  if (model == nullptr) return broken_plugin("load", "no model");
  return EngineModel(*api_, model);
}

}  // namespace joulemark::worker
