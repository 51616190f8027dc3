// SPDX-License-Identifier: Apache-2.0
#include "load/target.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text_table.h"

namespace joulemark::load {
namespace {

using nlohmann::json;

constexpr const char* kNames[] = {"auto", "openai", "chat", "kserve", "http"};
constexpr std::string_view kChat = "/chat/completions", kCompletions = "/completions";
constexpr std::string_view kModels = "/v2/models/", kInfer = "/infer";

std::string shown(const http::Answer& answer) {
  return fmt::format("status {}: {}", answer.head.status, printable(answer.body.substr(0, 300)));
}

/// The server behind `query`, asked for its models.
class Server {
 public:
  Server(http::Client& client, const TargetQuery& query) : client_(client), query_(query) {}

  /// kMachine where there is no answer.
  Result<http::Answer> get(const std::string& path, const char* method = "GET") {
    http::Call call = query_.call;
    call.method = method;
    call.url = query_.call.url.at(path);
    auto answer = client_.ask(std::move(call));
    if (answer) return *std::move(answer);
    return fail(ErrorKind::kMachine, answer.error().message);
  }

  [[nodiscard]] const std::string& path() const { return query_.call.url.target; }
  [[nodiscard]] std::string origin() const { return query_.call.url.origin(); }
  [[nodiscard]] const TargetQuery& query() const { return query_; }

 private:
  http::Client& client_;
  const TargetQuery& query_;
};

/// The address without a '/' at its end, and with "/v1" where it has no path.
std::string api_root(const std::string& path) {
  std::string root = path;
  while (root.ends_with('/')) root.pop_back();
  return root.empty() ? "/v1" : root;
}

/// What stands in front of the API's own path, when the address has that.
std::optional<std::string> before(const std::string& path, std::string_view end) {
  if (!path.ends_with(end)) return std::nullopt;
  return path.substr(0, path.size() - end.size());
}

/// "bert" of "/v2/models/bert/infer".
std::string model_in(const std::string& path) {
  const auto begin = path.find(kModels);
  if (begin == std::string::npos) return "";
  const auto rest = path.substr(begin + kModels.size());
  return rest.substr(0, rest.find('/'));
}

/// The names under `key` of the objects in a list.
std::vector<std::string> names_in(const json& list, const char* key) {
  std::vector<std::string> names;
  if (!list.is_array()) return names;
  for (const json& each : list)
    if (const auto found = each.is_object() ? each.find(key) : each.end();
        each.is_object() && found != each.end() && found->is_string())
      names.push_back(found->get<std::string>());
  return names;
}

/// Nothing where the server has not this API.
Result<std::optional<Target>> find_text(Server& server, Api api, const std::string& root) {
  Target target{.api = api, .model = server.query().model};
  target.url =
      server.query().call.url.at(root + std::string(api == Api::kChat ? kChat : kCompletions));
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

Result<std::string> kserve_model(Server& server) {
  if (!server.query().model.empty()) return server.query().model;
  if (auto name = model_in(server.path()); !name.empty()) return name;
  const auto answer = server.get("/v2/repository/index", "POST");
  if (!answer) return fail(answer.error());
  const auto names = names_in(json::parse(answer->body, nullptr, false), "name");
  if (names.size() == 1) return names.front();
  return fail(
      ErrorKind::kUsage,
      fmt::format("{} does not have one model alone{}; name it with --model", server.origin(),
                  names.empty() ? "" : printable(fmt::format(", but {}", fmt::join(names, ", ")))));
}

/// MLServer knows of a model what its settings say.
std::string undescribed(const std::string& origin, const std::string& model) {
  return fmt::format(
      "{} does not say which inputs and outputs the model '{}' has: describe them there (MLServer: "
      "'inputs' and 'outputs' in model-settings.json); a model of texts is asked with --api openai",
      origin, model);
}

Result<Target> find_kserve(Server& server) {
  const auto name = kserve_model(server);
  if (!name) return fail(name.error());
  const std::string path = std::string(kModels) + *name;
  const auto answer = server.get(path);
  if (!answer) return fail(answer.error());
  if (answer->head.status != 200)
    return fail(ErrorKind::kFailed, fmt::format("{} does not tell of the model '{}': {}",
                                                server.origin(), *name, shown(*answer)));
  auto metadata = api::read_model_metadata(answer->body);
  if (!metadata)
    return fail(ErrorKind::kFailed,
                fmt::format("{} tells of the model '{}' what cannot be read: {}", server.origin(),
                            *name, metadata.error().message));
  if (metadata->inputs.empty() && metadata->outputs.empty())
    return fail(ErrorKind::kFailed, undescribed(server.origin(), *name));
  return Target{.api = Api::kKserve,
                .url = server.query().call.url.at(path + std::string(kInfer)),
                .model = *name,
                .metadata = *std::move(metadata)};
}

/// By the address alone.
Api api_of_path(const std::string& path) {
  if (path.ends_with(kChat)) return Api::kChat;
  if (path.ends_with(kCompletions)) return Api::kCompletions;
  if (path.find(kModels) != std::string::npos) return Api::kKserve;
  const std::string root = api_root(path);
  return root == "/v1" || root.ends_with("/v1") ? Api::kAuto : Api::kHttp;
}

Result<Target> find_text_or_fail(Server& server, Api api) {
  std::string root = api_root(server.path());
  if (const auto front = before(server.path(), kChat))
    root = *front;
  else if (const auto other = before(server.path(), kCompletions))
    root = *other;
  auto target = find_text(server, api, root);
  if (!target) return fail(target.error());
  if (*target) return **std::move(target);
  return fail(ErrorKind::kFailed,
              fmt::format("{} does not list its models at {}/models; name one with --model, or say "
                          "with --api what it speaks",
                          server.origin(), root));
}

/// Whether the model takes tensors: servers with both APIs list all models in each.
bool takes_tensors(Server& server, const std::string& model) {
  const auto answer = server.get(std::string(kModels) + model);
  if (!answer || answer->head.status != 200) return false;
  const auto metadata = api::read_model_metadata(answer->body);
  return metadata && !metadata->inputs.empty();
}

Result<Target> probe(Server& server) {
  auto text = find_text(server, Api::kCompletions, api_root(server.path()));
  if (!text) return fail(text.error());
  if (*text && !takes_tensors(server, (*text)->model)) return **std::move(text);
  const auto ready = server.get("/v2");
  if (!ready) return fail(ready.error());
  if (ready->head.status == 200) return find_kserve(server);
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
  Server server(client, query);
  const Api api = query.api == Api::kAuto ? api_of_path(query.call.url.target) : query.api;
  switch (api) {
    case Api::kAuto:
      return probe(server);
    case Api::kCompletions:
    case Api::kChat:
      return find_text_or_fail(server, api);
    case Api::kKserve:
      return find_kserve(server);
    case Api::kHttp:
      break;
  }
  return Target{.api = Api::kHttp, .url = query.call.url};
}

}  // namespace joulemark::load
