// SPDX-License-Identifier: Apache-2.0
// Whether energy and time are of the same window.
#pragma once

#include <optional>

#include "joulemark/result.h"
#include "run/reply.h"

namespace joulemark::run {

/// The energy counters are read before `go` is sent and after its reply has come; the worker says
/// when it began and ended in between. What lies outside of its window is in the energies and not
/// in the time: a caveat of code kWindowMismatch where that is more than 0.1 s and 1 % of the
/// window.
std::optional<Caveat> window_mismatch(const Done& done, const Exchange& exchange);

}  // namespace joulemark::run
