// SPDX-License-Identifier: Apache-2.0
// OpenAI's API for text: /v1/completions, /v1/chat/completions, /v1/models.
#pragma once

#include <vector>

#include "http/router.h"
#include "serve/api_context.h"
#include "serve/openai/text_tools.h"
#include "serve/side_thread.h"

namespace joulemark::serve {

/// What `context` names and `side` outlive the routes and every request that they have taken.
std::vector<http::Route> openai_routes(const ApiContext& context, SideThread& side,
                                       TextTools tools);

}  // namespace joulemark::serve
