// SPDX-License-Identifier: Apache-2.0
// Engines that are servers: how an experiment names them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace joulemark {

/// The engine whose plugin asks servers.
inline constexpr const char* kEndpointEngine = "http";

/// The address in "http:URL", "http://…" or "https://…", by which a server that runs is named as an
/// engine; nothing for other names.
std::optional<std::string> endpoint_url(std::string_view engine);

/// "name" of "name@version", and "http" of an address: whose manifest and options hold for it.
std::string engine_family(std::string_view engine);

/// Whether it is such a name with an address of visible characters. Whether that can be asked is
/// the engine's to say.
bool is_endpoint_address(std::string_view engine);

/// Whether an engine with these options is a server: one that is started by `command`, or that runs
/// at `url`.
bool is_endpoint(const std::map<std::string, std::string>& options);

}  // namespace joulemark
