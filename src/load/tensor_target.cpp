// SPDX-License-Identifier: Apache-2.0
#include "load/tensor_target.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/text_table.h"

namespace joulemark::load {
namespace {

namespace tensorflow = api::tensorflow;
using nlohmann::json;

constexpr std::string_view kModels = "/v2/models/", kInfer = "/infer";
constexpr std::string_view kTensorflowModels = "/models/", kPredict = ":predict";

/// "bert" of "/v2/models/bert/infer", and of "/v1/models/bert"; "" where `folder` is not in the
/// path.
std::string name_behind(std::string_view folder, const std::string& path) {
  const auto begin = path.find(folder);
  if (begin == std::string::npos) return "";
  const auto rest = path.substr(begin + folder.size());
  return rest.substr(0, rest.find('/'));
}

Result<std::string> kserve_model(AskedServer& server) {
  if (!server.query().model.empty()) return server.query().model;
  if (auto name = name_behind(kModels, server.path()); !name.empty()) return name;
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

/// What the server says of a model at `path`. kFailed where it does not.
Result<std::string> told_of(AskedServer& server, const std::string& model,
                            const std::string& path) {
  auto answer = server.get(path);
  if (!answer) return fail(answer.error());
  if (answer->head.status == 200) return std::move(answer->body);
  return fail(ErrorKind::kFailed, fmt::format("{} does not tell of the model '{}': {}",
                                              server.origin(), model, shown(*answer)));
}

tl::unexpected<Error> unreadable(AskedServer& server, const std::string& model,
                                 const Error& error) {
  return fail(ErrorKind::kFailed, fmt::format("{} tells of the model '{}' what cannot be read: {}",
                                              server.origin(), model, error.message));
}

/// Where a model is: "/v1/models/bert", or a version of it below.
Result<std::string> tensorflow_path(const AskedServer& server) {
  if (auto model = path_before(server.path(), kPredict)) return *std::move(model);
  const std::string root = api_root(server.path());
  if (!name_behind(kTensorflowModels, root).empty()) return root;
  if (!server.query().model.empty())
    return root + std::string(kTensorflowModels) + server.query().model;
  return fail(ErrorKind::kUsage,
              fmt::format("{} does not list its models by TensorFlow Serving's API; name one with "
                          "--model",
                          server.origin()));
}

}  // namespace

bool is_kserve_path(const std::string& path) {
  return path.find(kModels) != std::string::npos;
}

bool is_tensorflow_path(const std::string& path) {
  return path.ends_with(kPredict);
}

Result<Target> find_kserve(AskedServer& server) {
  const auto name = kserve_model(server);
  if (!name) return fail(name.error());
  const std::string path = std::string(kModels) + *name;
  const auto told = told_of(server, *name, path);
  if (!told) return fail(told.error());
  auto metadata = api::read_model_metadata(*told);
  if (!metadata) return unreadable(server, *name, metadata.error());
  if (metadata->inputs.empty() && metadata->outputs.empty())
    return fail(ErrorKind::kFailed, undescribed(server.origin(), *name));
  return Target{.api = Api::kKserve,
                .url = server.at(path + std::string(kInfer)),
                .model = *name,
                .metadata = *std::move(metadata)};
}

Result<Target> find_tensorflow(AskedServer& server) {
  const auto path = tensorflow_path(server);
  if (!path) return fail(path.error());
  const std::string name = name_behind(kTensorflowModels, *path);
  const auto told = told_of(server, name, *path + "/metadata");
  if (!told) return fail(told.error());
  auto signatures = tensorflow::read_metadata(*told);
  if (!signatures) return unreadable(server, name, signatures.error());
  auto signature = tensorflow::choose_signature(*std::move(signatures), server.query().signature);
  if (!signature)
    return fail(ErrorKind::kUsage, fmt::format("the model '{}' has {}; name one with --signature",
                                               name, printable(signature.error().message)));
  return Target{.api = Api::kTensorflow,
                .url = server.at(*path + std::string(kPredict)),
                .model = name,
                .signature = *std::move(signature)};
}

bool takes_tensors(AskedServer& server, const std::string& model) {
  const auto answer = server.get(std::string(kModels) + model);
  if (!answer || answer->head.status != 200) return false;
  const auto metadata = api::read_model_metadata(answer->body);
  return metadata && !metadata->inputs.empty();
}

bool has_tensorflow(AskedServer& server) {
  if (server.query().model.empty()) return false;
  const auto path = tensorflow_path(server);
  if (!path) return false;
  const auto answer = server.get(*path);
  return answer && answer->head.status == 200 &&
         tensorflow::read_status(answer->body) != tensorflow::Readiness::kUnknown;
}

}  // namespace joulemark::load
