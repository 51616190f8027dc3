// SPDX-License-Identifier: Apache-2.0
#include "load/tensor_workload.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/tensorflow/message.h"
#include "model/generate.h"

namespace joulemark::load {
namespace {

namespace tensorflow = api::tensorflow;

/// Enough that no answer is simply the one before, and few enough for large inputs.
constexpr std::uint64_t kVariants = 8;

model::Port port_of(const std::string& name, jm_dtype dtype,
                    const std::vector<std::int64_t>* dims) {
  model::Port port;
  port.name = name;
  port.dtype = dtype;
  if (dims == nullptr) return port;
  port.dims.emplace();
  for (const std::int64_t size : *dims) port.dims->push_back({.value = size, .symbol = ""});
  return port;
}

const std::string* text_in(const api::Parameters& parameters, const char* name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? nullptr : std::get_if<std::string>(&found->second);
}

ToldEnergy energy_in(const api::Parameters& parameters) {
  const auto found = parameters.find("joulemark_energy_joules");
  const auto* joules = found == parameters.end() ? nullptr : std::get_if<double>(&found->second);
  const auto* text =
      text_in(parameters, joules ? "joulemark_energy_method" : "joulemark_energy_reason");
  return {joules != nullptr, joules ? *joules : 0, text ? *text : ""};
}

/// For what the answer says of its energy.
class WholeTensors final : public Reading {
 public:
  void head(const http::AnswerHead& head) override {
    length_ = head.header(api::kInferHeaderLength);
  }
  void part(std::string_view bytes, Nanoseconds) override { body_ += bytes; }
  void finish(Record& record) override {
    const auto answer = api::read_infer_response(body_, length_);
    if (answer) {
      record.energy = std::make_shared<const ToldEnergy>(energy_in(answer->parameters));
      return;
    }
    record.outcome = Outcome::kBadAnswer;
    record.kind = "bad_answer";
    record.message = answer.error().message;
  }

 private:
  std::string length_, body_;
};

class TensorWorkload final : public Workload {
 public:
  TensorWorkload(std::vector<http::Call> calls, TensorOptions::Energy energy)
      : calls_(std::move(calls)), energy_(energy) {}
  [[nodiscard]] Question question(std::int64_t index, const Wish&) const override {
    const http::Call& call = calls_[static_cast<std::size_t>(index) % calls_.size()];
    if (energy_ == TensorOptions::Energy::kNotAskedFor) return {call, read_nothing()};
    return {call, std::make_unique<WholeTensors>()};
  }

 private:
  std::vector<http::Call> calls_;
  TensorOptions::Energy energy_;
};

using Inputs = std::vector<model::HostTensor>;
/// A request for these inputs.
using Writer = std::function<Result<http::Call>(Inputs inputs)>;

Result<std::vector<http::Call>> calls_with(const std::vector<model::Port>& ports,
                                           const TensorOptions& options, const Writer& write) {
  std::vector<http::Call> calls;
  for (std::uint64_t i = 0; i < kVariants; ++i) {
    auto inputs = model::generate_inputs(
        ports, {.seed = options.seed + i, .batch = options.batch, .shapes = {}});
    if (!inputs) return fail(inputs.error());
    auto call = write(*std::move(inputs));
    if (!call) return fail(call.error());
    calls.push_back(*std::move(call));
  }
  return calls;
}

http::Call post(const http::Call& to, const std::string& type, std::string body) {
  http::Call call = to;
  call.method = "POST";
  call.headers.push_back({"Content-Type", type});
  call.body = std::make_shared<const std::string>(std::move(body));
  return call;
}

Result<http::Call> infer_call(const TensorOptions& options, Inputs inputs) {
  api::InferRequest request;
  request.inputs = std::move(inputs);
  request.output_form = options.form;
  auto body = api::write_infer_request(request, options.form);
  if (!body) return fail(body.error());
  http::Call call = post(options.call, body->content_type(), std::move(body->bytes));
  if (body->json_bytes)
    call.headers.push_back({api::kInferHeaderLength, std::to_string(*body->json_bytes)});
  if (options.energy == TensorOptions::Energy::kAskedFor)
    call.headers.push_back({"Joulemark-Energy", "request"});
  return call;
}

Result<http::Call> predict_call(const TensorOptions& options, const std::string& signature,
                                Inputs inputs) {
  auto body =
      tensorflow::write_predict_request({.signature = signature, .inputs = std::move(inputs)});
  if (!body) return fail(body.error());
  return post(options.call, "application/json", *std::move(body));
}

Result<std::unique_ptr<Workload>> workload_of(Result<std::vector<http::Call>> calls,
                                              TensorOptions::Energy energy) {
  if (!calls) return fail(calls.error());
  return std::make_unique<TensorWorkload>(*std::move(calls), energy);
}

}  // namespace

Result<std::unique_ptr<Workload>> make_tensor_workload(const api::ModelMetadata& model,
                                                       const TensorOptions& options) {
  std::vector<model::Port> ports;
  for (const api::ModelPort& input : model.inputs)
    ports.push_back(port_of(input.name, input.dtype, &input.dims));
  const auto write = [&](Inputs inputs) { return infer_call(options, std::move(inputs)); };
  return workload_of(calls_with(ports, options, write), options.energy);
}

Result<std::unique_ptr<Workload>> make_predict_workload(const tensorflow::Signature& signature,
                                                        const TensorOptions& options) {
  std::vector<model::Port> ports;
  for (const tensorflow::Port& input : signature.inputs)
    ports.push_back(port_of(input.name, input.dtype, input.dims ? &*input.dims : nullptr));
  const auto write = [&](Inputs inputs) {
    return predict_call(options, signature.name, std::move(inputs));
  };
  return workload_of(calls_with(ports, options, write), TensorOptions::Energy::kNotAskedFor);
}

}  // namespace joulemark::load
