// SPDX-License-Identifier: Apache-2.0
// Values that several subcommands print as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "engine/discovery.h"
#include "joulemark/experiment.h"
#include "joulemark/sensor.h"

namespace joulemark::cli {

/// `value` on one line, with its line end; bytes that are no UTF-8 become U+FFFD.
std::string json_line(const nlohmann::json& value);

/// {"label", "engine", "provider", "precision", "threads", "batch", "affinity", "options"}
nlohmann::json configuration_json(const Configuration& configuration);

/// {"engine", "version", "found_by", "library_dir", "plugin"}; version null where nothing tells it.
nlohmann::json install_json(const EngineInstall& install);

/// {"name", "summary", "providers", "precisions", "options", "installs", "rejected", "reason"};
/// reason null when there is an install.
nlohmann::json listing_json(const engine::EngineListing& listing);

/// {"sensor", "scope", "usable", "reason", "detail", "remedy"}; reason null when usable.
nlohmann::json sensor_json(const SensorStatus& status);

}  // namespace joulemark::cli
