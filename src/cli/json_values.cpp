// SPDX-License-Identifier: Apache-2.0
// Plain values → JSON.
#include "cli/json_values.h"

#include <nlohmann/json.hpp>

namespace joulemark::cli {
namespace {

using nlohmann::json;

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

}  // namespace

std::string json_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

json configuration_json(const Configuration& configuration) {
  return {{"label", configuration_label(configuration)},
          {"engine", configuration.engine},
          {"provider", configuration.provider},
          {"precision", configuration.precision},
          {"threads", configuration.threads},
          {"batch", configuration.batch},
          {"affinity", configuration.affinity},
          {"options", configuration.options}};
}

json install_json(const EngineInstall& install) {
  return {{"engine", install.engine},
          {"version", text_or_null(install.version)},
          {"found_by", install.found_by},
          {"library_dir", install.library_dir},
          {"plugin", install.plugin}};
}

json listing_json(const engine::EngineListing& listing) {
  json installs = json::array();
  for (const auto& install : listing.installs) installs.push_back(install_json(install));
  json rejected = json::array();
  for (const auto& [install, reason] : listing.rejected) {
    rejected.push_back(install_json(install));
    rejected.back()["reason"] = reason;
  }
  json options = json::array();
  for (const auto& row : listing.manifest.options)
    options.push_back({{"key", row.key},
                       {"values", row.values},
                       {"default", row.default_value},
                       {"help", row.help}});
  return {{"name", listing.manifest.name},           {"summary", listing.manifest.summary},
          {"providers", listing.manifest.providers}, {"precisions", listing.manifest.precisions},
          {"options", std::move(options)},           {"installs", std::move(installs)},
          {"rejected", std::move(rejected)},         {"reason", text_or_null(listing.reason)}};
}

json sensor_json(const SensorStatus& status) {
  return {{"sensor", status.sensor}, {"scope", status.scope},
          {"usable", status.usable}, {"reason", text_or_null(status.reason)},
          {"detail", status.detail}, {"remedy", text_or_null(status.remedy)}};
}

}  // namespace joulemark::cli
