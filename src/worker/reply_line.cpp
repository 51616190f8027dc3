// SPDX-License-Identifier: Apache-2.0
#include "worker/reply_line.h"

#include <nlohmann/json.hpp>

namespace joulemark::worker {

// Messages of engines may hold any bytes; JSON text may not.
std::string to_line(const nlohmann::json& object) {
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace joulemark::worker
