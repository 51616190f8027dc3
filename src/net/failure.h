// SPDX-License-Identifier: Apache-2.0
// Why another machine did not answer.
#pragma once

#include <string>

namespace joulemark::net {

/// Why there is no answer, or only a part of one.
struct Failure {
  enum class Kind {
    kUnreachable,  ///< no name, no connection: nothing was sent
    kBroken,       ///< reset, stalled, ended early
    kTimedOut,     ///< not there within the time for the whole of it
    kRefused,      ///< asking again does not help: certificates, an address that is none
    kStopped,      ///< the sink refused, or the user interrupted
  };
  Kind kind = Kind::kBroken;
  std::string message;  ///< libcurl's reason, without addresses
};

}  // namespace joulemark::net
