// SPDX-License-Identifier: Apache-2.0
// What installed engines say of themselves, each asked in a process of its own.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/engine_checks.h"
#include "engine/discovery.h"

namespace joulemark::cli {

/// What an install says of itself, or why it cannot.
struct Description {
  std::string value = "null";          ///< JSON text of an object; null when it cannot be opened
  std::string problem;                 ///< "" when it could be opened
  std::vector<std::string> providers;  ///< those that it can be opened with, of the manifest's
  std::map<std::string, std::string> absent;  ///< the manifest's other providers → why
};

/// An engine, and the description of each of its installs.
struct DescribedEngine {
  engine::EngineListing listing;
  std::vector<Description> descriptions;  ///< as long as listing.installs
};

/// Opens the install with each provider that `manifest` lists and that it does not name itself.
Description describe(const engine::Manifest& manifest, const EngineInstall& install);
std::vector<DescribedEngine> describe_all(std::vector<engine::EngineListing> listings);

/// listing_json with "describe", "problem", "providers" and "absent_providers" in each install;
/// null for what there is not.
nlohmann::json described_json(const DescribedEngine& engine);

/// kMachine for the first install whose library cannot be opened with a provider that `experiment`
/// asks of it.
Status check_installs(const Installs& installs, const Experiment& experiment);

/// The engines without those that are compiled for versions of their library and not for the one
/// that was found, each with a note; one whose folder the user named stays. kMachine when none is
/// left.
Result<std::vector<std::string>> without_unbuilt(std::vector<std::string> engines,
                                                 const engine::SearchPath& path);

/// Whether the install can be opened; a reason in one line when it cannot.
Status check_install(const EngineInstall& install, const std::string& provider);

}  // namespace joulemark::cli
