// SPDX-License-Identifier: Apache-2.0
// An experiment out of a store, as every command that reads one takes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "joulemark/result.h"
#include "store/store.h"

namespace joulemark::cli {

/// A store that is there and whole, which is read for that; kUsage where it is not there.
Result<store::Store> open_store(const std::string& path);

/// The number of the experiment that was asked for, or the newest. kUsage where there is no such
/// one, kFailed where there is none at all.
Result<std::int64_t> choose_experiment(const std::vector<store::ExperimentInfo>& infos,
                                       const std::string& path, std::optional<std::int64_t> number);

/// Opens, chooses and loads with durations.
Result<ExperimentRecord> load_experiment(const std::string& path,
                                         std::optional<std::int64_t> number);

}  // namespace joulemark::cli
