// SPDX-License-Identifier: Apache-2.0
// The machine: what it is. What on it disturbs a measurement is in preflight.
#pragma once

#include <filesystem>

#include "joulemark/result.h"

namespace joulemark::host {

/// What the machine is, from /proc, /sys and /etc under `root`; a fact that cannot be read is left
/// out. `key` is a digest of the facts: equal for the same machine in the same state since the same
/// boot. Never fails.
HostFingerprint fingerprint(const std::filesystem::path& root);

}  // namespace joulemark::host
