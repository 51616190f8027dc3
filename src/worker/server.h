// SPDX-License-Identifier: Apache-2.0
// Moves lines between the protocol socket and a session, and dies with the parent.
#pragma once

#include "base/error.h"
#include "worker/session.h"

namespace joulemark::worker {

/// A longer line ends the conversation. A workload's prompts are the longest request.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{64} << 20;

/// Answers request lines from `fd` until `quit` or the end of the stream. Fails when the socket
/// breaks or a line is longer than a request can be.
Status serve(int fd, Session& session);

/// From now on the kernel kills this process when its parent dies, however that dies. Fails when
/// the parent is gone already.
Status die_with_parent();

}  // namespace joulemark::worker
