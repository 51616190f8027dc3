// SPDX-License-Identifier: Apache-2.0
// One request before the run, which is not counted.
#pragma once

#include "base/error.h"
#include "http/client.h"
#include "load/workload.h"

namespace joulemark::load {

/// kMachine: nobody answers there. kFailed: the server refuses the request itself, and would refuse
/// all others. A server that is only busy, or that fails this time, is no reason not to begin.
Status try_once(http::Client& client, const Workload& workload);

}  // namespace joulemark::load
