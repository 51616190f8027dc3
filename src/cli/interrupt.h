// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a flag that long work looks at.
#pragma once

#include <atomic>

namespace joulemark::cli {

/// Set once SIGINT, SIGTERM or SIGHUP has arrived, or what is printed is no longer read (SIGPIPE).
/// Installs the handlers on its first call; a second signal of the same kind, SIGPIPE apart, ends
/// the program at once.
const std::atomic<bool>& interrupt_flag();

}  // namespace joulemark::cli
