// SPDX-License-Identifier: Apache-2.0
#include "serve/kserve/routes.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "api/json/members.h"
#include "api/kserve/model.h"
#include "serve/kserve/answer.h"
#include "serve/kserve/inference.h"
#include "serve/kserve/model_config.h"

namespace joulemark::serve {
namespace {

using ExchangePtr = std::shared_ptr<http::Exchange>;
using Inference = std::shared_ptr<KserveInference>;

void send_json(const ExchangePtr& exchange, std::string json) {
  exchange->send({{}, std::move(json)});
}

/// 503, as load balancers take it, where it is not ready.
void send_truth(const ExchangePtr& exchange, const char* name, bool truth) {
  exchange->send({{.status = truth ? 200 : 503}, fmt::format(R"({{"{}":{}}})", name, truth)});
}

std::string server_metadata() {
  return R"({"name":"joulemark","version":")" JOULEMARK_VERSION
         R"(","extensions":["binary_tensor_data","model_configuration","model_repository","statistics"]})";
}

std::string repository_index(const Service& service) {
  std::string out = "[";
  {
    api::JsonMembers members(out);
    members.text("name", service.model().name);
    members.text("version", kModelVersion);
    members.text("state", service.is_ready() ? "READY" : "UNAVAILABLE");
    members.text("reason", "");
  }
  return out + "]";
}

std::vector<api::ModelPort> ports_of(const std::vector<worker::EnginePort>& ports) {
  std::vector<api::ModelPort> out;
  for (const worker::EnginePort& port : ports)
    out.push_back(
        {port.name, port.dtype, port.has_dims ? port.dims : std::vector<std::int64_t>{-1}});
  return out;
}

std::string model_metadata(const ServedModel& model) {
  return api::write_model_metadata({.name = model.name,
                                    .versions = {kModelVersion},
                                    .platform = model.engine,
                                    .inputs = ports_of(model.inputs),
                                    .outputs = ports_of(model.outputs)});
}

std::string model_readiness(const Service& service) {
  std::string out;
  {
    api::JsonMembers members(out);
    members.text("name", service.model().name);
    members.name("ready") += service.is_ready() ? "true" : "false";
  }
  return out;
}

/// `handler` where the path's names are those of the model that is served, else 404.
http::RouteHandler of_model(const Service& service,
                            std::function<void(const ExchangePtr&)> handler) {
  return [&service, handler = std::move(handler)](const ExchangePtr& exchange,
                                                  const http::PathNames& names) {
    const std::string& name = service.model().name;
    const auto version = names.find("version");
    if (names.at("model") != name)
      return exchange->send(kserve_failure(
          404, fmt::format("there is no model '{}' here, only '{}'", names.at("model"), name)));
    if (version != names.end() && version->second != kModelVersion)
      return exchange->send(kserve_failure(
          404, fmt::format("the model '{}' has the version '{}' alone", name, kModelVersion)));
    handler(exchange);
  };
}

void infer(const ServedModel& model, const Inference& inference, const ExchangePtr& exchange) {
  if (!model.inputs.empty() || !model.vocabulary) return inference->infer(exchange);
  exchange->send(kserve_failure(
      400, fmt::format("'{}' is a language model: it answers at /v1/completions", model.name)));
}

std::vector<http::Route> server_routes(const Service& service) {
  return {
      {"GET", "/v2", [](const auto& to, const auto&) { send_json(to, server_metadata()); }},
      {"GET", "/v2/health/live", [](const auto& to, const auto&) { send_truth(to, "live", true); }},
      {"GET", "/v2/health/ready",
       [&service](const auto& to, const auto&) { send_truth(to, "ready", service.is_ready()); }},
      {"POST", "/v2/repository/index",
       [&service](const auto& to, const auto&) { send_json(to, repository_index(service)); }}};
}

/// Below `path`, which names the model, or the model and its version.
std::vector<http::Route> model_routes(const std::string& path, const ApiContext& context,
                                      const Inference& inference) {
  const Service& service = context.service;
  return {
      {"GET", path,
       of_model(
           service,
           [&service](const ExchangePtr& to) { send_json(to, model_metadata(service.model())); })},
      {"GET", path + "/ready",
       of_model(service,
                [&service](const ExchangePtr& to) {
                  to->send({{.status = service.is_ready() ? 200 : 503}, model_readiness(service)});
                })},
      {"GET", path + "/config",
       of_model(service,
                [&service, rule = context.batching](const ExchangePtr& to) {
                  send_json(to, model_config(service.model(), rule));
                })},
      {"GET", path + "/stats",
       of_model(service,
                [&service, inference](const ExchangePtr& to) {
                  send_json(to,
                            inference->statistics().render(service.model().name, kModelVersion));
                })},
      {"POST", path + "/infer", of_model(service, [&service, inference](const ExchangePtr& to) {
         infer(service.model(), inference, to);
       })}};
}

}  // namespace

std::vector<http::Route> kserve_routes(const ApiContext& context, SideThread& side) {
  const auto inference = std::make_shared<KserveInference>(context, side);
  std::vector<http::Route> routes = server_routes(context.service);
  // Of all models. One of that name is rather found itself.
  if (const ServedModel& model = context.service.model(); model.name != "stats")
    routes.push_back({"GET", "/v2/models/stats", [inference, &model](const auto& to, const auto&) {
                        send_json(to, inference->statistics().render(model.name, kModelVersion));
                      }});
  for (const char* path : {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"})
    for (http::Route& route : model_routes(path, context, inference))
      routes.push_back(std::move(route));
  return routes;
}

}  // namespace joulemark::serve
