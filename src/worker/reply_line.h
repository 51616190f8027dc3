// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace joulemark::worker {

/// A reply as it goes over the wire, without newline.
std::string to_line(const nlohmann::json& object);

}  // namespace joulemark::worker
