// SPDX-License-Identifier: Apache-2.0
#include "load/tensor_workload.h"

#include <string>
#include <utility>
#include <vector>

#include "model/generate.h"

namespace joulemark::load {
namespace {

/// Enough that no answer is simply the one before, and few enough for large inputs.
constexpr std::uint64_t kVariants = 8;

std::vector<model::Port> ports_of(const api::ModelMetadata& metadata) {
  std::vector<model::Port> ports;
  for (const api::ModelPort& input : metadata.inputs) {
    model::Port port;
    port.name = input.name;
    port.dtype = input.dtype;
    port.dims.emplace();
    for (const std::int64_t size : input.dims) port.dims->push_back({.value = size, .symbol = ""});
    ports.push_back(std::move(port));
  }
  return ports;
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

Result<http::Call> call_with(const std::vector<model::Port>& ports, const TensorOptions& options,
                             std::uint64_t seed) {
  auto inputs = model::generate_inputs(ports, {.seed = seed, .batch = options.batch, .shapes = {}});
  if (!inputs) return fail(inputs.error());
  api::InferRequest request;
  request.inputs = *std::move(inputs);
  request.output_form = options.form;
  auto body = api::write_infer_request(request, options.form);
  if (!body) return fail(body.error());
  http::Call call = options.call;
  call.method = "POST";
  call.headers.push_back({"Content-Type", body->content_type()});
  if (body->json_bytes)
    call.headers.push_back({api::kInferHeaderLength, std::to_string(*body->json_bytes)});
  if (options.energy == TensorOptions::Energy::kAskedFor)
    call.headers.push_back({"Joulemark-Energy", "request"});
  call.body = std::make_shared<const std::string>(std::move(body->bytes));
  return call;
}

}  // namespace

Result<std::unique_ptr<Workload>> make_tensor_workload(const api::ModelMetadata& model,
                                                       const TensorOptions& options) {
  const auto ports = ports_of(model);
  std::vector<http::Call> calls;
  for (std::uint64_t i = 0; i < kVariants; ++i) {
    auto call = call_with(ports, options, options.seed + i);
    if (!call) return fail(call.error());
    calls.push_back(*std::move(call));
  }
  return std::make_unique<TensorWorkload>(std::move(calls), options.energy);
}

}  // namespace joulemark::load
