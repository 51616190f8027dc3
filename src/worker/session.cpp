// SPDX-License-Identifier: Apache-2.0
// Requests in, replies out; the order of requests is checked here.
#include "worker/session.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>

#include "joulemark/worker_protocol.h"
#include "model/batch.h"
#include "model/inputs.h"
#include "worker/affinity.h"
#include "worker/answer.h"
#include "worker/ceilings.h"
#include "worker/check.h"
#include "worker/generate.h"
#include "worker/ports.h"
#include "worker/reply_line.h"
#include "worker/warmup.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;

std::string error_line(const Failure& failure) {
  const auto status = static_cast<std::size_t>(failure.status);
  const bool known = status > 0 && status < std::size(protocol::kStatusNames);
  return to_line({{"type", "error"},
                  {"status", protocol::kStatusNames[known ? status : std::size_t{JM_FAILED}]},
                  {"message", failure.message}});
}

std::string warmed_line(const WarmupResult& result) {
  json line = {{"type", "warmed"},        {"t0_ns", result.t0_ns},
               {"t1_ns", result.t1_ns},   {"iterations", result.iterations},
               {"steady", result.steady}, {"iteration_ns", result.iteration_ns}};
  if (std::isfinite(result.last.scatter)) line["cov"] = result.last.scatter;
  if (std::isfinite(result.last.trend)) line["trend"] = result.last.trend;
  return to_line(line);
}

json port_json(const std::string& name, jm_dtype dtype, const json& dims) {
  return {{"name", name}, {"dtype", model::dtype_name(dtype)}, {"dims", dims}};
}

json ports_json(const std::vector<EnginePort>& ports) {
  json list = json::array();
  for (const EnginePort& port : ports) {
    list.push_back(port_json(port.name, port.dtype, port.has_dims ? json(port.dims) : json()));
  }
  return list;
}

/// The sizes of a difference; null with a reason where there is no number.
template <class Sizes>
void put_magnitudes(json& object, const Sizes& sizes) {
  object["max_abs"] = sizes.max_abs;  // JSON text of NaN is null
  object["max_rel"] = sizes.max_rel;
  if (!sizes.max_abs_reason.empty()) object["max_abs_reason"] = sizes.max_abs_reason;
  if (!sizes.max_rel_reason.empty()) object["max_rel_reason"] = sizes.max_rel_reason;
}

/// What an engine says of inputs that it rejects is seldom that they were made up.
Failure with_hint(Failure failure) {
  if (failure.status != JM_FAILED && failure.status != JM_INVALID_ARGUMENT) return failure;
  failure.message +=
      "; the inputs are generated: where the model needs values of a certain kind, "
      "give real ones with --inputs";
  return failure;
}

/// An engine's description of itself must be a JSON object.
Outcome<json> parse_engine_json(const Outcome<std::string>& text, const char* call) {
  if (!text) return fail(text.error());
  json object = json::parse(*text, nullptr, false);
  if (!object.is_object()) {
    return fail(JM_FAILED, fmt::format("the engine plugin's '{}' returned no JSON object", call));
  }
  return object;
}

}  // namespace

std::string Session::answer(std::string_view line) {
  try {
    const auto request = parse_request(line);
    return request ? handle(*request) : error_line(request.error());
  } catch (const std::bad_alloc&) {
    return error_line({JM_OUT_OF_MEMORY, "the worker is out of memory"});
  } catch (const std::exception& e) {
    return error_line({JM_FAILED, fmt::format("the worker failed: {}", e.what())});
  }
}

std::string Session::handle(const Request& request) {
  const auto outcome = std::visit([this](const auto& typed) { return reply(typed); }, request);
  return outcome ? *outcome : error_line(outcome.error());
}

Outcome<std::string> Session::reply(const HelloRequest& request) {
  if (request.protocol != protocol::kVersion) {
    return fail(JM_INVALID_ARGUMENT, fmt::format("protocol {} is asked for, this worker speaks {}",
                                                 request.protocol, protocol::kVersion));
  }
  return to_line({{"type", "hello"},
                  {"protocol", protocol::kVersion},
                  {"worker", "joulemark-worker"},
                  {"version", JOULEMARK_VERSION}});
}

Outcome<std::string> Session::reply(const OpenRequest& request) {
  if (engine_ || broken_) {
    return fail(JM_INVALID_ARGUMENT, "an engine was opened before; a process can open only one");
  }
  broken_ = true;
  auto opened = open(request);
  broken_ = !opened;
  return opened;
}

Outcome<std::string> Session::open(const OpenRequest& request) {
  opened_at_ = monotonic_now();
  if (auto bound = bind_to_first(request.affinity); !bound) return fail(bound.error());
  const auto api = load_plugin_(request.plugin);
  if (!api) return fail(JM_LIBRARY_UNUSABLE, api.error().message);
  auto engine = Engine::open(**api, request);
  if (!engine) return fail(engine.error());
  engine_.emplace(std::move(*engine));
  auto describe = parse_engine_json(engine_->describe(), "describe");
  if (!describe) return fail(describe.error());
  return to_line({{"type", "opened"}, {"describe", *std::move(describe)}});
}

Outcome<std::string> Session::reply(const OperatorsRequest&) {
  if (auto ready = need_engine(); !ready) return fail(ready.error());
  const auto text = engine_->operators();
  if (!text) return fail(text.error());
  json list = json::parse(*text, nullptr, false);
  if (!list.is_array())
    return fail(JM_FAILED, "the engine plugin's 'operators' returned no JSON array");
  return to_line({{"type", "operators"}, {"operators", std::move(list)}});
}

Outcome<std::string> Session::reply(const ExportRequest& request) {
  if (auto ready = need_engine(); !ready) return fail(ready.error());
  if (auto written = engine_->export_model(request); !written) return fail(written.error());
  return to_line({{"type", "exported"}});
}

Outcome<std::string> Session::reply(const LoadRequest& request) {
  if (auto ready = need_engine(); !ready) return fail(ready.error());
  forget_inputs();
  model_.reset();
  broken_ = true;
  auto loaded = load(request);
  broken_ = !loaded;
  return loaded;
}

Outcome<std::string> Session::load(const LoadRequest& request) {
  const Nanoseconds begin = opened_at_.value_or(monotonic_now());
  opened_at_.reset();
  summary_.reset();
  if (request.model.ends_with(".onnx")) {
    // Ours first: it names the file and what is wrong with it, whatever the engine would say.
    auto summary = model::read_onnx_summary(request.model);
    if (!summary) return fail(JM_INVALID_MODEL, summary.error().message);
    summary_ = *std::move(summary);
  }
  auto model = engine_->load(request);
  const Nanoseconds end = monotonic_now();
  if (!model) return fail(model.error());
  auto inputs = model->inputs();
  if (!inputs) return fail(inputs.error());
  auto outputs = model->outputs();
  if (!outputs) return fail(outputs.error());
  model_.emplace(std::move(*model));
  precision_ = request.precision;
  return to_line({{"type", "loaded"},
                  {"t0_ns", begin},
                  {"t1_ns", end},
                  {"builds", model_->builds()},
                  {"inputs", ports_json(*inputs)},
                  {"outputs", ports_json(*outputs)}});
}

Outcome<std::string> Session::reply(const BuildRequest&) {
  if (auto ready = need_model(); !ready) return fail(ready.error());
  const Nanoseconds begin = monotonic_now();
  const auto built = model_->build();
  const Nanoseconds end = monotonic_now();
  broken_ = !built;
  if (!built) return fail(built.error());
  json line = {{"type", "built"}};
  if (*built) line.update({{"t0_ns", begin}, {"t1_ns", end}});
  return to_line(line);
}

Outcome<std::string> Session::reply(const InputsRequest& request) {
  if (auto ready = need_model(); !ready) return fail(ready.error());
  forget_inputs();
  const auto ports = model_->inputs();
  if (!ports) return fail(ports.error());
  const auto merged = merge_ports(*ports, summary_);
  auto tensors = model::make_inputs(merged, request.from, request.batch);
  if (!tensors) return failed(tensors.error());
  if (auto bound = model_->bind(*std::move(tensors)); !bound) return fail(bound.error());
  has_inputs_ = true;
  made_up_ = request.from.source == model::kGeneratedInputs && !ports->empty();
  json list = json::array();
  model::InputDims dims;
  for (const auto& tensor : model_->bound()) {
    list.push_back(port_json(tensor.name, tensor.dtype, tensor.dims));
    dims.push_back(tensor.dims);
  }
  rows_ = request.batch == 1 ? model::rows_of_a_call(merged, dims) : std::nullopt;
  return to_line({{"type", "inputs_ready"}, {"tensors", list}});
}

Outcome<std::string> Session::reply(const PromptsRequest& request) {
  if (auto ready = need_model(); !ready) return fail(ready.error());
  forget_inputs();
  auto text = TextWorkload::make(*model_, request);
  if (!text) return fail(text.error());
  text_.emplace(*std::move(text));
  return to_line({{"type", "prompts_ready"}, {"requests", text_->request_count()}});
}

Outcome<std::string> Session::reply(const AnswerRequest& request) {
  if (auto ready = need_inputs(); !ready) return fail(ready.error());
  const auto difference = text_ ? answer_text(request) : answer_inputs(request);
  if (!difference) return fail(difference.error());
  auto effective = parse_engine_json(model_->effective(), "effective");
  if (!effective) return fail(effective.error());
  if (rows_) (*effective)["rows_per_call"] = *rows_;
  json answered = {{"type", "answered"},
                   {"effective", *std::move(effective)},
                   {"compared", request.reference.has_value()},
                   {"agrees", difference->agrees},
                   {"detail", difference->detail}};
  if (request.reference) put_magnitudes(answered, *difference);
  return to_line(answered);
}

Outcome<model::Difference> Session::answer_inputs(const AnswerRequest& request) {
  if (auto ran = model_->run(); !ran) return fail(made_up_ ? with_hint(ran.error()) : ran.error());
  const auto outputs = model_->results();
  if (!outputs) return fail(outputs.error());
  if (request.directory) {
    const auto written = write_answer(*request.directory, *outputs);
    if (!written) return fail(written.error());
  }
  if (!request.reference) return model::Difference{};
  return compare_answer(*outputs, *request.reference, precision_);
}

Outcome<model::Difference> Session::answer_text(const AnswerRequest& request) {
  const auto effective = parse_engine_json(model_->effective(), "effective");
  const std::string ran =
      effective && effective->contains("precision") && effective->at("precision").is_string()
          ? effective->at("precision").get<std::string>()
          : precision_;
  const auto compared = text_->answer(*model_, request, ran);
  if (!compared) return fail(compared.error());
  model::Difference difference;
  difference.agrees = compared->agrees;
  difference.detail = compared->detail;
  difference.max_abs = compared->margin.value_or(0);
  if (!compared->agrees) difference = model::disagreement(compared->detail, "not_comparable");
  return difference;
}

Outcome<std::string> Session::reply(const WarmupRequest& request) {
  if (auto ready = need_inputs(); !ready) return fail(ready.error());
  if (text_) {
    const auto warmed = text_->warm_up(*model_, request);
    if (!warmed) return fail(warmed.error());
    return warmed_line(*warmed);
  }
  WarmupResult result;
  if (const jm_status status = warm_up(model_->subject(), request, result); status != JM_OK) {
    return model_->run_failure(status);
  }
  iteration_ns_ = result.iteration_ns;
  measurement_.prepare(iteration_ns_, kLikelyWindow);
  return warmed_line(result);
}

Outcome<std::string> Session::reply(const CheckRequest& request) {
  if (auto ready = need_engine(); !ready) return fail(ready.error());
  forget_inputs();
  model_.reset();
  const CheckResult result = check_case(*engine_, request);
  json checked = {
      {"type", "checked"}, {"status", to_string(result.status)}, {"reason", result.reason}};
  put_magnitudes(checked, result);
  return to_line(checked);
}

Outcome<std::string> Session::reply(const GenerateRequest& request) {
  if (auto ready = need_model(); !ready) return fail(ready.error());
  const auto generated = generate(*model_, request);
  if (!generated) return fail(generated.error());
  return generated_line(*generated);
}

Outcome<std::string> Session::reply(const CeilingsRequest& request) {
  const auto ceilings = measure_ceilings(request.buffer_bytes);
  if (!ceilings) return fail(ceilings.error());
  return to_line({{"type", "ceilings"},
                  {"flops_per_s", ceilings->flops_per_s},
                  {"bytes_per_s", ceilings->bytes_per_s}});
}

Outcome<std::string> Session::reply(const QuitRequest&) {
  finished_ = true;
  return to_line({{"type", "bye"}});
}

Outcome<void> Session::need_engine() const {
  if (broken_) {
    return fail(JM_INVALID_ARGUMENT,
                "'open', 'load' or 'build' has failed; only 'quit' can follow");
  }
  if (!engine_) return fail(JM_INVALID_ARGUMENT, "'open' must come first");
  return {};
}

Outcome<void> Session::need_model() const {
  if (auto ready = need_engine(); !ready) return ready;
  if (!model_) return fail(JM_INVALID_ARGUMENT, "'load' must come first");
  return {};
}

Outcome<void> Session::need_inputs() const {
  if (auto ready = need_model(); !ready) return ready;
  if (!has_inputs_ && !text_) return fail(JM_INVALID_ARGUMENT, "'inputs' must come first");
  return {};
}

void Session::forget_inputs() {
  has_inputs_ = has_window_ = false;
  text_.reset();
  iteration_ns_ = 0;
}

}  // namespace joulemark::worker
