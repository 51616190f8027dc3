// SPDX-License-Identifier: Apache-2.0
// How a user names a network meter: "netio://192.168.1.20/1".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark {

enum class MeterKind { kNetio, kShelly, kShellyGen1, kTasmota, kPtdaemon };

/// One outlet of a meter, or a power analyser.
struct MeterAddress {
  MeterKind kind = MeterKind::kNetio;
  enum class Transport { kPlain, kTls } transport = Transport::kPlain;
  std::string host;  ///< a name or an address; that of IPv6 without brackets
  int port = 0;
  std::optional<int> outlet;  ///< as the meter counts them; nothing where it has one
  bool operator==(const MeterAddress&) const = default;
};

/// "KIND://HOST[:PORT][/OUTLET]", or "KIND+https://…": netio, shelly (second generation and later),
/// shelly1, tasmota, ptd. Without OUTLET it is the first one. kUsage with a message that goes on
/// after the name of the flag or key ("must be …, not '…'") when the text is not that, or holds
/// credentials, which are not shown.
Result<MeterAddress> parse_meter_address(std::string_view text);

/// The same for several, none of which may be named twice: they would be added twice.
Result<std::vector<MeterAddress>> parse_meter_addresses(const std::vector<std::string>& texts);

/// With port and outlet, as parse_meter_address reads it: "netio://192.168.1.20:80/1".
std::string to_string(const MeterAddress& address);

/// The host as it stands in an address: an address of IPv6 in brackets.
std::string bracketed_host(const MeterAddress& address);

}  // namespace joulemark
