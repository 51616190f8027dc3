// SPDX-License-Identifier: Apache-2.0
// Checkpoints that are named "hub:owner/name[@revision]": fetched before anything else happens.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "hub/fetch.h"
#include "run/progress.h"

namespace joulemark::cli {

/// Fetches what `source` names, with the environment of the process, and says on standard error
/// what is downloaded and how far it is. kQuiet leaves notes only. Ctrl-C gives kInterrupted; what
/// arrived is kept. Errors as of hub::fetch.
Result<hub::HubSnapshot> fetch_from_hub(const std::string& source, run::ProgressStyle style);

/// The folder of what `source` names where it is complete in the cache; the hub is not asked.
/// kUsage when `source` or a variable of the environment is none.
Result<std::optional<std::filesystem::path>> fetched_from_hub(const std::string& source);

}  // namespace joulemark::cli
