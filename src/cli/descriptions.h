// SPDX-License-Identifier: Apache-2.0
// What installed engines say of themselves, each asked in a process of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/engine_checks.h"
#include "engine/discovery.h"

namespace joulemark::cli {

/// What an install says of itself, or why it cannot.
struct Description {
  std::string value = "null";  ///< JSON text of an object; null when it cannot be opened
  std::string problem;         ///< "" when it could be opened
};

/// An engine, and the description of each of its installs.
struct DescribedEngine {
  engine::EngineListing listing;
  std::vector<Description> descriptions;  ///< as long as listing.installs
};

Description describe(const EngineInstall& install);
std::vector<DescribedEngine> describe_all(std::vector<engine::EngineListing> listings);

/// listing_json with "describe" and "problem" in each install; null for what there is not.
nlohmann::json described_json(const DescribedEngine& engine);

/// kMachine for the first install whose library cannot be opened.
Status check_installs(const Installs& installs);

}  // namespace joulemark::cli
