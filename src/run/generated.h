// SPDX-License-Identifier: Apache-2.0
// What a worker says it generated, checked against what it was asked for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "joulemark/worker_protocol.h"
#include "run/reply.h"

namespace joulemark::run {

using protocol::Generated;
using protocol::GeneratedRow;

Reply<Generated> parse_generated(std::string_view line, const protocol::GenerateRequest& request,
                                 const Exchange& exchange);

}  // namespace joulemark::run
