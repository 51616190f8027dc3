// SPDX-License-Identifier: Apache-2.0
#include "served_model.h"

#include <nlohmann/json.hpp>

#include "kserve_requests.h"
#include "listed_models.h"
#include "plugin_kit/status.h"
#include "tensorflow_requests.h"

namespace joulemark::http_engine {
namespace {

using nlohmann::json;
using plugin::fail;

constexpr int kOk = 200;

/// As the user names it, else as servers are wont to.
std::string name_of(const ServerOptions& options, const ModelFacts& facts) {
  return options.model.empty() ? facts.name : options.model;
}

Places places_of(const Opened& opened, const jm_load_params& params, const std::string& name) {
  return {.port = opened.options.command.empty() ? 0 : free_port(),
          .threads = opened.threads,
          .model = params.model_path,
          .precision = params.precision,
          .name = name};
}

api::TensorForm form_of(const ServerOptions& options, const ServerFacts& facts) {
  const bool is_binary =
      options.tensors == "binary" || (options.tensors == "auto" && facts.takes_binary);
  return is_binary ? api::TensorForm::kBinary : api::TensorForm::kJson;
}

}  // namespace

ServedModel::ServedModel(const Opened& opened, const jm_load_params& params)
    : facts_(read_model_facts(params.model_path)),
      name_(name_of(opened.options, facts_)),
      server_(opened.options, places_of(opened, params, name_), opened.cpus) {
  with_server(server_, [&] { choose_api(opened.options); });
}

void ServedModel::choose_api(const ServerOptions& options) {
  if (options.api == "kserve") return use_kserve(options);
  if (options.api == "tensorflow") return use_tensorflow(options);
  const Peer& peer = server_.peer();
  if (options.api == "openai") return use_texts(options, TextDialect::kOpenAi, listed_models(peer));
  if (options.api == "llama.cpp")
    return use_texts(options, TextDialect::kLlamaCpp, listed_models(peer));
  if (options.api == "tgi") return use_tgi(options, tgi_info(peer));
  find_api(options);
}

/// A language model is asked for texts where the server is TGI, or lists its models as OpenAI's API
/// does.
void ServedModel::find_api(const ServerOptions& options) {
  const Peer& peer = server_.peer();
  if (facts_.vocabulary) {
    if (const json info = tgi_info(peer); !info.empty()) return use_tgi(options, info);
    if (const json models = listed_models(peer); !models.empty())
      return use_texts(options, TextDialect::kOpenAi, models);
  }
  if (!server_.facts().has_kserve && speaks_tensorflow(peer, name_)) return use_tensorflow(options);
  use_kserve(options);
}

void ServedModel::use_kserve(const ServerOptions& options) {
  use_tensors(kserve_requests({server_, name_, facts_.path}, form_of(options, server_.facts())));
}

void ServedModel::use_tensorflow(const ServerOptions& options) {
  use_tensors(tensorflow_requests({server_, name_}, options.signature));
}

void ServedModel::use_tensors(std::unique_ptr<TensorRequests> requests) {
  tensors_ = std::move(requests);
  connection_ = std::make_unique<Connection>(server_.peer().url, server_.peer().trust);
}

void ServedModel::demand_vocabulary() const {
  if (!facts_.vocabulary)
    fail(JM_INVALID_MODEL,
         "the experiment's model is no checkpoint with config.json: how many "
         "tokens it knows cannot be told");
}

void ServedModel::use_texts(const ServerOptions& options, TextDialect dialect, const json& models) {
  demand_vocabulary();
  const json entry = entry_of(models, options.model, facts_.name);
  program_ = text_member(entry, "owned_by");
  if (options.api == "auto" && program_ == "llamacpp") dialect = TextDialect::kLlamaCpp;
  texts_ = std::make_unique<TextStreams>(server_, TextServed{.dialect = dialect,
                                                             .model = text_member(entry, "id"),
                                                             .facts = facts_,
                                                             .ignores_eos = options.ignores_eos,
                                                             .salts_cache = program_ == "vllm"});
}

/// It has one model, and takes no name in a request.
void ServedModel::use_tgi(const ServerOptions& options, const json& info) {
  demand_vocabulary();
  const std::string model = text_member(info, "model_id");
  program_ = "text-generation-inference";
  texts_ = std::make_unique<TextStreams>(
      server_, TextServed{.dialect = TextDialect::kTgi,
                          .model = model.empty() ? name_ : model,
                          .facts = facts_,
                          .ignores_eos = options.ignores_eos,
                          .prompts = std::make_shared<PromptTexts>(facts_.path)});
}

TensorRequests& ServedModel::tensors() {
  if (!tensors_) fail(JM_UNSUPPORTED, "the server is asked for texts, not for tensors");
  return *tensors_;
}

TextStreams& ServedModel::texts() {
  if (!texts_)
    fail(JM_UNSUPPORTED,
         "the server is asked for tensors, not for texts; the option 'api' names what it speaks");
  return *texts_;
}

void ServedModel::bind(const jm_tensor* inputs, std::size_t count) {
  request_.clear();
  has_answer_ = false;
  request_ = tensors().request(inputs, count);
}

void ServedModel::run() {
  if (request_.empty()) fail(JM_INVALID_ARGUMENT, "run without bound inputs");
  has_answer_ = false;
  with_server(server_, [&] { connection_->ask(request_); });
  if (connection_->status() != kOk)
    fail(JM_FAILED, "the server refused a request with " +
                        refusal(connection_->status(), connection_->body()) + tensors_->doubt());
  has_answer_ = true;
}

const std::vector<jm_tensor>& ServedModel::results() {
  if (!has_answer_) fail(JM_FAILED, "there are no results before a run");
  answer_ = tensors().answer(*connection_, connection_->body());
  views_.clear();
  results_.clear();
  for (model::HostTensor& tensor : answer_) views_.push_back(model::view(tensor));
  for (const model::TensorView& view : views_) results_.push_back(view.tensor);
  return results_;
}

const char* ServedModel::effective() {
  const ServerFacts& facts = server_.facts();
  // The header Server is often that of a library.
  json object = {{"server", program_.empty() ? facts.name : program_},
                 {"server_version", facts.version}};
  if (tensors_) {
    object["dialect"] = tensors_->dialect();
    object["served_model"] = name_;
  } else {
    object["dialect"] = dialect_name(texts_->served().dialect);
    object["served_model"] = texts_->served().model;
    if (texts_->most_tokens_at_once() > 0)
      object["tokens_per_event"] = texts_->most_tokens_at_once();
  }
  for (const char* key : {"server", "server_version"})
    if (text_member(object, key).empty()) object.erase(key);
  effective_ = object.dump(-1, ' ', false, json::error_handler_t::replace);
  return effective_.c_str();
}

void ServedModel::reset(std::int32_t batch, std::int32_t max_tokens) {
  with_server(server_, [&] { texts().reset(batch, max_tokens); });
}

void ServedModel::forward(const std::int32_t* tokens, std::int32_t n, std::int32_t* next_tokens) {
  with_server(server_, [&] { texts().forward(tokens, n, next_tokens); });
}

std::int32_t ServedModel::vocabulary() const {
  if (!texts_) fail(JM_UNSUPPORTED, "the server is asked for tensors, not for texts");
  return *facts_.vocabulary;
}

}  // namespace joulemark::http_engine
