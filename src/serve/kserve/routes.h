// SPDX-License-Identifier: Apache-2.0
// The Open Inference Protocol (KServe v2) over HTTP, with what Triton's client asks for besides.
#pragma once

#include <vector>

#include "http/router.h"
#include "serve/api_context.h"
#include "serve/side_thread.h"

namespace joulemark::serve {

/// What `context` names, and `side`, outlive the routes and every request that they have taken.
std::vector<http::Route> kserve_routes(const ApiContext& context, SideThread& side);

}  // namespace joulemark::serve
