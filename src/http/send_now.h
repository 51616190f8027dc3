// SPDX-License-Identifier: Apache-2.0
// An answer on its way without the loop: whoever waits for it has it one change of threads earlier.
#pragma once

#include <optional>

#include "http/head_text.h"
#include "http/outbox.h"

namespace joulemark::http {

/// Sends head and body over the connected socket `fd` without waiting; `facts` are of the request,
/// the body's length is set here. Nothing: the socket took nothing, or is broken.
std::optional<Sent> send_now(int fd, const Response& response, HeadFacts facts);

}  // namespace joulemark::http
