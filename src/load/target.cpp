// SPDX-License-Identifier: Apache-2.0
#include "load/target.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "load/asked_server.h"
#include "load/tensor_target.h"

namespace joulemark::load {
namespace {

using nlohmann::json;

constexpr const char* kNames[] = {"auto", "openai", "chat", "kserve", "tensorflow", "http"};
constexpr std::string_view kChat = "/chat/completions", kCompletions = "/completions";

/// Nothing where the server has not this API.
Result<std::optional<Target>> find_text(AskedServer& server, Api api, const std::string& root) {
  Target target{.api = api,
                .url = server.at(root + std::string(api == Api::kChat ? kChat : kCompletions)),
                .model = server.query().model};
  if (!target.model.empty() && server.query().api != Api::kAuto) return target;
  const auto answer = server.get(root + "/models");
  if (!answer) return fail(answer.error());
  const json body = json::parse(answer->body, nullptr, false);
  if (answer->head.status != 200 || !body.is_object() || !body.contains("data"))
    return std::nullopt;
  const auto names = names_in(body["data"], "id");
  if (target.model.empty() && !names.empty()) target.model = names.front();
  return target;
}

/// By the address alone.
Api api_of_path(const std::string& path) {
  if (path.ends_with(kChat)) return Api::kChat;
  if (path.ends_with(kCompletions)) return Api::kCompletions;
  if (is_kserve_path(path)) return Api::kKserve;
  if (is_tensorflow_path(path)) return Api::kTensorflow;
  const std::string root = api_root(path);
  return root == "/v1" || root.ends_with("/v1") ? Api::kAuto : Api::kHttp;
}

Result<Target> find_text_or_fail(AskedServer& server, Api api) {
  std::string root = api_root(server.path());
  if (const auto front = path_before(server.path(), kChat))
    root = *front;
  else if (const auto other = path_before(server.path(), kCompletions))
    root = *other;
  auto target = find_text(server, api, root);
  if (!target) return fail(target.error());
  if (*target) return **std::move(target);
  return fail(ErrorKind::kFailed,
              fmt::format("{} does not list its models at {}/models; name one with --model, or say "
                          "with --api what it speaks",
                          server.origin(), root));
}

Result<Target> probe(AskedServer& server) {
  auto text = find_text(server, Api::kCompletions, api_root(server.path()));
  if (!text) return fail(text.error());
  // Servers with both APIs list all models in each.
  if (*text && !takes_tensors(server, (*text)->model)) return **std::move(text);
  const auto ready = server.get("/v2");
  if (!ready) return fail(ready.error());
  if (ready->head.status == 200) return find_kserve(server);
  if (has_tensorflow(server)) return find_tensorflow(server);
  return Target{.api = Api::kHttp, .url = server.query().call.url};
}

}  // namespace

std::vector<std::string> api_names() {
  return {std::begin(kNames), std::end(kNames)};
}

std::optional<Api> api_of(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (name == kNames[i]) return static_cast<Api>(i);
  return std::nullopt;
}

const char* to_string(Api api) {
  return kNames[static_cast<std::size_t>(api)];
}

Result<Target> find_target(http::Client& client, const TargetQuery& query) {
  AskedServer server(client, query);
  const Api api = query.api == Api::kAuto ? api_of_path(query.call.url.target) : query.api;
  switch (api) {
    case Api::kAuto:
      return probe(server);
    case Api::kCompletions:
    case Api::kChat:
      return find_text_or_fail(server, api);
    case Api::kKserve:
      return find_kserve(server);
    case Api::kTensorflow:
      return find_tensorflow(server);
    case Api::kHttp:
      break;
  }
  return Target{.api = Api::kHttp, .url = query.call.url};
}

}  // namespace joulemark::load
