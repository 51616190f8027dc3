// SPDX-License-Identifier: Apache-2.0
// The machine: what it is. What on it disturbs a measurement is in preflight.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::host {

/// What the machine is, from /proc, /sys and /etc under `root`; a fact that cannot be read is left
/// out. `key` is a digest of the facts: equal for the same machine in the same state since the same
/// boot. Never fails.
HostFingerprint fingerprint(const std::filesystem::path& root);

using Facts = std::vector<std::pair<std::string, std::string>>;
/// Adds what others know of the machine, and makes the key anew. What stands there under a name
/// goes on after a comma.
void add_facts(HostFingerprint& host, const Facts& facts);

/// Name of the fact that tells the power that parts of the machine are limited to: "package-0 253
/// W, gpu-0 350 W". Of a processor the larger one of its limits for a second and for longer.
inline constexpr const char* kPowerLimitsFact = "power limits";
/// One of them.
std::string power_limit_text(const std::string& scope, double watts);

}  // namespace joulemark::host
