// SPDX-License-Identifier: Apache-2.0
#include "serve/kserve/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "api/kserve/elements.h"
#include "api/kserve/message.h"
#include "serve/kserve/answer.h"
#include "serve/kserve/tensors.h"

namespace joulemark::serve {
namespace {

using model::HostTensor;

/// A body up to this is read in the server's thread: that takes less than half a millisecond.
constexpr std::size_t kLargestInPlace = std::size_t{64} << 10;
/// An answer is written in the engine's thread, whose time is dearer.
constexpr std::size_t kLargestAnswerInPlace = std::size_t{4} << 10;

bool wants_energy(const http::Request& request, const api::InferRequest& asked) {
  if (request.header("joulemark-energy") == "request") return true;
  const auto parameter = asked.parameters.find("joulemark_energy");
  if (parameter == asked.parameters.end()) return false;
  const bool* const value = std::get_if<bool>(&parameter->second);
  return value && *value;
}

/// Of the server and of the request's parameter "timeout" (µs), the nearer.
Nanoseconds deadline_of(Nanoseconds arrived, Nanoseconds limit, const api::Parameters& parameters) {
  Nanoseconds deadline = limit > 0 ? arrived + limit : 0;
  const auto parameter = parameters.find("timeout");
  if (parameter == parameters.end()) return deadline;
  const auto* const us = std::get_if<std::int64_t>(&parameter->second);
  constexpr std::int64_t kLongestUs = std::int64_t{1} << 42;
  if (!us || *us <= 0 || *us > kLongestUs) return deadline;
  const Nanoseconds own = arrived + *us * 1000;
  return deadline == 0 ? own : std::min(deadline, own);
}

std::size_t bytes_of(const std::vector<HostTensor>& tensors) {
  std::size_t bytes = 0;
  for (const HostTensor& tensor : tensors) bytes += api::binary_size(tensor);
  return bytes;
}

}  // namespace

struct KserveInference::Call {
  std::shared_ptr<http::Exchange> exchange;
  Nanoseconds arrived = 0;
  bool wants_energy = false;
  api::InferRequest request = {};  ///< without its inputs, once they are submitted
  std::vector<ChosenOutput> chosen = {};
  Outcome outcome = {};
  std::vector<HostTensor> outputs = {};  ///< the model's
  api::Parameters parameters = {};       ///< of the answer
};

void KserveInference::infer(const std::shared_ptr<http::Exchange>& exchange) {
  auto call = std::make_shared<Call>(Call{.exchange = exchange, .arrived = monotonic_now()});
  call->outcome = {.ending = Ending::kUnfit, .served = {.arrived = call->arrived}};
  const http::Request& request = exchange->request();
  if (!request.header("content-encoding").empty())
    return refuse(*call, 415, "compressed bodies are not read: send it without Content-Encoding");
  if (request.body.size() <= kLargestInPlace) return ask(call);
  beside(call, &KserveInference::ask);
}

void KserveInference::beside(const CallPtr& call, Step step) {
  side_.run([self = shared_from_this(), call, step] {
    try {
      ((*self).*step)(call);
    } catch (const std::exception& error) {
      self->refuse(*call, 500, fmt::format("the server failed: {}", error.what()));
    }
  });
}

void KserveInference::ask(const CallPtr& call) {
  const http::Request& request = call->exchange->request();
  const ServedModel& model = context_.service.model();
  auto asked = api::read_infer_request(request.body, request.header(api::kInferHeaderLength));
  if (!asked) return refuse(*call, 400, asked.error().message);
  auto inputs = arrange_inputs(std::move(asked->inputs), model.inputs);
  if (!inputs) return refuse(*call, 400, inputs.error().message);
  auto chosen = choose_outputs(*asked, model.outputs);
  if (!chosen) return refuse(*call, 400, chosen.error().message);
  call->wants_energy = wants_energy(request, *asked);
  call->request = *std::move(asked);
  call->chosen = *std::move(chosen);
  submit(call, *std::move(inputs));
}

void KserveInference::submit(const CallPtr& call, std::vector<HostTensor> inputs) {
  TensorJob job;
  job.inputs = std::move(inputs);
  job.timing = {call->arrived,
                deadline_of(call->arrived, context_.time_limit, call->request.parameters)};
  job.is_gone = [call] { return call->exchange->is_gone(); };
  job.finish = [self = shared_from_this(), call](const Outcome& outcome,
                                                 std::vector<HostTensor> outputs) {
    self->on_finished(call, outcome, std::move(outputs));
  };
  switch (context_.service.submit(std::move(job))) {
    case Admission::kTaken:
      return;
    case Admission::kFull:
      return refuse(*call, 429, "as many requests wait as may: try again later");
    case Admission::kDraining:
      return refuse(*call, 503, "the server ends");
  }
}

void KserveInference::on_finished(const CallPtr& call, const Outcome& outcome,
                                  std::vector<HostTensor> outputs) {
  call->outcome = outcome;
  if (outcome.ending != Ending::kDone)
    return refuse(*call, status_of(outcome.ending), outcome.message);
  call->outputs = std::move(outputs);
  if (!call->wants_energy) return answer(call);
  context_.energy.share_of(outcome.served,
                           [self = shared_from_this(), call](const EnergyShare& share) {
                             call->parameters = energy_parameters(share);
                             self->answer(call);
                           });
}

void KserveInference::answer(const CallPtr& call) {
  if (bytes_of(call->outputs) <= kLargestAnswerInPlace) return write(call);
  beside(call, &KserveInference::write);
}

void KserveInference::write(const CallPtr& call) {
  api::InferResponse response{.model = model_,
                              .version = kModelVersion,
                              .id = call->request.id,
                              .parameters = std::move(call->parameters)};
  std::vector<api::TensorForm> forms;
  for (const ChosenOutput& chosen : call->chosen) {
    if (chosen.place >= call->outputs.size())
      return refuse(*call, 500, "the engine gave fewer outputs than the model has");
    response.outputs.push_back(std::move(call->outputs[chosen.place]));
    forms.push_back(chosen.form);
  }
  auto body = api::write_infer_response(response, forms);
  if (!body) return refuse(*call, 400, body.error().message);
  http::Response answer{{.content_type = body->content_type()}, std::move(body->bytes)};
  if (body->json_bytes)
    answer.head.headers.push_back(
        {"Inference-Header-Content-Length", std::to_string(*body->json_bytes)});
  note(*call, 200);
  call->exchange->send(std::move(answer));
}

void KserveInference::refuse(Call& call, int status, const std::string& reason) {
  if (call.outcome.ending == Ending::kDone) call.outcome.ending = Ending::kUnfit;
  note(call, status);
  call.exchange->send(kserve_failure(status, reason));
}

void KserveInference::note(const Call& call, int status) {
  const Nanoseconds answered = monotonic_now();
  statistics_.note(call.outcome, answered);
  context_.metrics.request({.route = "/v2/models/{model}/infer",
                            .status = status,
                            .served = call.outcome.served,
                            .answered = answered});
}

}  // namespace joulemark::serve
