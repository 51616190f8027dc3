// SPDX-License-Identifier: Apache-2.0
#include "listed_models.h"

#include <nlohmann/json.hpp>

#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

using nlohmann::json;
using plugin::fail;

constexpr int kOk = 200;

}  // namespace

json listed_models(const Peer& peer) {
  const Reply reply = get(peer, "/v1/models");
  const json object = object_in(reply.body);
  const auto data = object.find("data");
  if (reply.status != kOk || data == object.end() || !data->is_array()) return json::array();
  return *data;
}

json entry_of(const json& models, const std::string& named, const std::string& expected) {
  std::string all;
  for (const json& model : models) {
    if (!model.is_object()) continue;
    const std::string id = text_member(model, "id");
    if (id == (named.empty() ? expected : named) || (named.empty() && models.size() == 1))
      return model;
    all += (all.empty() ? "" : ", ") + id;
  }
  fail(JM_INVALID_MODEL, "the server has no model '" + (named.empty() ? expected : named) + "'" +
                             (all.empty() ? "" : ", but " + all) +
                             "; give its name there with the option 'model'");
}

json tgi_info(const Peer& peer) {
  const Reply reply = get(peer, "/info");
  json info = reply.status == kOk ? object_in(reply.body) : json::object();
  const bool is_tgi = !text_member(info, "model_id").empty() && info.contains("max_total_tokens");
  return is_tgi ? info : json::object();
}

}  // namespace joulemark::http_engine
