// SPDX-License-Identifier: Apache-2.0
// Models that are named "synthetic:NAME": made before anything else happens.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"

namespace joulemark::cli {

/// The checkpoint directory of what `source` names, in the cache. The first time it is made, and
/// standard error says what and how large. Errors as of parse_synthetic and make_synthetic.
Result<std::filesystem::path> synthetic_directory(const std::string& source);

/// The directory where it was made before. kUsage when `source` names no model that there is.
Result<std::optional<std::filesystem::path>> made_synthetic(const std::string& source);

/// Fails with kUnsupported for what `source` names when that is a network that generates no text.
Status check_generates(const std::string& source);

/// Says on standard error that a model's weights are made up, where they are.
void note_synthetic(const std::string& source);

}  // namespace joulemark::cli
