// SPDX-License-Identifier: Apache-2.0
// Who may reach a server, and what it asks of them.
#pragma once

#include "base/error.h"
#include "cli/serve_config.h"

namespace joulemark::cli {

/// Address, TLS and token of the flags and of JOULEMARK_SERVE_TOKEN. kUsage for what does not go
/// together: an address that others reach needs a token. Says on stderr what can be read on the
/// way.
Result<serve::ListenConfig> listen_config(const ServeFlags& flags);

}  // namespace joulemark::cli
