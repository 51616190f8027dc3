// SPDX-License-Identifier: Apache-2.0
// A database's failures in words that say what to do.
#pragma once

#include <string>

#include "base/error.h"
#include "store/database.h"

namespace joulemark::store {

/// How long a store waits for other processes.
inline constexpr int kBusyTimeoutS = 10;

/// What failed with the store `path`, in words and by kind; `what` is "open", "write to" or "read".
Error store_error(const char* what, const std::string& path, const SqlError& error);

}  // namespace joulemark::store
