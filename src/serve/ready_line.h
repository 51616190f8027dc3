// SPDX-License-Identifier: Apache-2.0
// What the server says once it answers: where.
#pragma once

#include <string>

#include "serve/server_config.h"

namespace joulemark::serve {

/// "listening on http://127.0.0.1:8000", or with `ready_as_json` the same as an object with what is
/// served; one line, its end included.
std::string ready_line(const ServerConfig& config, const ServedModel& model, int port);

}  // namespace joulemark::serve
