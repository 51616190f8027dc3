// SPDX-License-Identifier: Apache-2.0
// What the cache holds of a checkpoint, without asking anybody.
#pragma once

#include <optional>
#include <string>

#include "hub/cache.h"
#include "hub/fetch.h"

namespace joulemark::hub {

/// The snapshot of `commit`, if config.json and all of the weights are there.
std::optional<HubSnapshot> complete_snapshot(const RepositoryCache& cache,
                                             const std::string& commit);

/// The same for what `revision` stood for when it was last fetched.
std::optional<HubSnapshot> last_snapshot(const RepositoryCache& cache, const std::string& revision);

/// The files that the snapshot's index names; kFailed when it cannot be read or is none.
Result<std::vector<std::string>> shards_of(const RepositoryCache& cache, const std::string& commit);

}  // namespace joulemark::hub
