// SPDX-License-Identifier: Apache-2.0
// Which API an address speaks, and which model is there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/kserve/model.h"
#include "api/tensorflow/model.h"
#include "base/error.h"
#include "http/client.h"

namespace joulemark::load {

enum class Api { kAuto, kCompletions, kChat, kKserve, kTensorflow, kHttp };

/// "auto", "openai", "chat", "kserve", "tensorflow", "http", in the order of Api.
std::vector<std::string> api_names();
std::optional<Api> api_of(std::string_view name);
const char* to_string(Api api);

struct Target {
  Api api = Api::kHttp;  ///< never kAuto
  http::Url url = {};    ///< where requests go
  std::string model = {};
  std::optional<api::ModelMetadata> metadata = {};           ///< of kKserve
  std::optional<api::tensorflow::Signature> signature = {};  ///< of kTensorflow
};

struct TargetQuery {
  http::Call call = {};  ///< address as it was given, headers and timeout
  Api api = Api::kAuto;
  std::string model = {};      ///< "": the first that the server has
  std::string signature = {};  ///< of kTensorflow; "": the usual or the only one
};

/// An address that ends in an API's own path goes there; of any other the server is asked: for its
/// models, first by OpenAI's API and then by KServe's, and for one that is named by TensorFlow
/// Serving's. What has none of them is plain HTTP, where the path is one. kMachine: the server
/// cannot be reached. kFailed: it does not have the API or the model. kUsage: the model has to be
/// named, or its signature, or the address fits no API.
Result<Target> find_target(http::Client& client, const TargetQuery& query);

}  // namespace joulemark::load
