// SPDX-License-Identifier: Apache-2.0
// Which API an address speaks, and which model is there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/kserve/model.h"
#include "base/error.h"
#include "http/client.h"

namespace joulemark::load {

enum class Api { kAuto, kCompletions, kChat, kKserve, kHttp };

/// "auto", "openai", "chat", "kserve", "http", in the order of Api.
std::vector<std::string> api_names();
std::optional<Api> api_of(std::string_view name);
const char* to_string(Api api);

struct Target {
  Api api = Api::kHttp;  ///< never kAuto
  http::Url url = {};    ///< where requests go
  std::string model = {};
  std::optional<api::ModelMetadata> metadata = {};  ///< of kKserve
};

struct TargetQuery {
  http::Call call = {};  ///< address as it was given, headers and timeout
  Api api = Api::kAuto;
  std::string model = {};  ///< "": the first that the server has
};

/// An address that ends in an API's own path goes there; of any other the server is asked: for its
/// models, first by OpenAI's API and then by KServe's. What has neither is plain HTTP, where the
/// path is one. kMachine: the server cannot be reached. kFailed: it does not have the API or the
/// model. kUsage: no model is named and several are there by KServe's API, or the address fits no
/// API.
Result<Target> find_target(http::Client& client, const TargetQuery& query);

}  // namespace joulemark::load
