// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/routes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "serve/openai/failure.h"
#include "serve/openai/texts.h"

namespace joulemark::serve {
namespace {

using api::openai::Endpoint;
using nlohmann::ordered_json;
using ExchangePtr = std::shared_ptr<http::Exchange>;

ordered_json model_json(const ServedModel& model) {
  ordered_json made = {{"id", model.name},
                       {"object", "model"},
                       {"created", model.created_s},
                       {"owned_by", "joulemark"}};
  if (model.max_tokens > 0) made["max_model_len"] = model.max_tokens;
  return made;
}

void send(const ExchangePtr& exchange, const ordered_json& value) {
  exchange->send({{}, value.dump(-1, ' ', false, ordered_json::error_handler_t::replace)});
}

void send_model(const ExchangePtr& exchange, const ServedModel& model, const std::string& name) {
  if (name == model.name) return send(exchange, model_json(model));
  exchange->send(openai_failure(
      {.status = 404,
       .message = fmt::format("there is no model '{}' here; '{}' is served", name, model.name),
       .param = "model",
       .code = "model_not_found"}));
}

http::Route text_route(const char* path, Endpoint endpoint,
                       const std::shared_ptr<OpenAiTexts>& texts) {
  return {"POST", path, [texts, endpoint](const ExchangePtr& exchange, const http::PathNames&) {
            texts->answer(endpoint, exchange);
          }};
}

}  // namespace

std::vector<http::Route> openai_routes(const ApiContext& context, SideThread& side,
                                       TextTools tools) {
  const Service& service = context.service;
  const auto texts = std::make_shared<OpenAiTexts>(context, side, std::move(tools));
  std::vector<http::Route> routes;
  routes.push_back(
      {"GET", "/v1/models", [&service](const ExchangePtr& exchange, const auto&) {
         send(exchange,
              {{"object", "list"}, {"data", ordered_json::array({model_json(service.model())})}});
       }});
  routes.push_back({"GET", "/v1/models/{model}",
                    [&service](const ExchangePtr& exchange, const http::PathNames& names) {
                      send_model(exchange, service.model(), names.at("model"));
                    }});
  routes.push_back(text_route("/v1/completions", Endpoint::kCompletions, texts));
  routes.push_back(text_route("/v1/chat/completions", Endpoint::kChat, texts));
  return routes;
}

}  // namespace joulemark::serve
