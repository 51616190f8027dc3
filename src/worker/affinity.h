// SPDX-License-Identifier: Apache-2.0
// Binds the measured process to its CPUs.
#pragma once

#include <cstdint>
#include <span>

#include "worker/failure.h"

namespace joulemark::worker {

/// Binds the calling thread to cpus[0]; engines widen that for the threads that they start.
/// JM_INVALID_ARGUMENT when one of `cpus` does not exist or is not allowed. Empty: does nothing.
Outcome<void> bind_to_first(std::span<const std::int32_t> cpus);

}  // namespace joulemark::worker
