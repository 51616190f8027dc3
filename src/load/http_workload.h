// SPDX-License-Identifier: Apache-2.0
// The same request again and again, of any HTTP server.
#pragma once

#include <memory>

#include "load/workload.h"

namespace joulemark::load {

/// An answer counts by its status alone.
std::unique_ptr<Workload> make_http_workload(http::Call call);

}  // namespace joulemark::load
