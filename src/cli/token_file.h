// SPDX-License-Identifier: Apache-2.0
// The token between a server and its clients, as --token-file gives it to either.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::cli {

/// The one token of the file, blanks and line ends around it left out. kUsage where the file cannot
/// be read, is empty, or holds what is none.
Result<std::string> read_token_file(const std::string& path);

/// kUsage for what the header `Authorization: Bearer TOKEN` cannot hold; `origin` is where the
/// token comes from.
Status check_token(std::string_view token, std::string_view origin);

}  // namespace joulemark::cli
