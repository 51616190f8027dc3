// SPDX-License-Identifier: Apache-2.0
// Why the hub did not give what was asked for, in words and in a form to decide by.
#pragma once

#include <string>

#include "base/error.h"
#include "hub/environment.h"
#include "hub/request.h"
#include "net/http.h"

namespace joulemark::hub {

struct HubFailure {
  enum class Reason {
    kNetwork,     ///< not reached, broken off, 5xx, 408 or 429: asking again may help
    kNoFile,      ///< the revision has no such file
    kNoRevision,  ///< the repository has no such revision
    kNoAccess,    ///< no such repository or a private one, gated, or a token that is refused
    kRefused,     ///< all else: asking again does not help
    kStopped,     ///< the sink refused, or the user interrupted
  };
  Reason reason = Reason::kRefused;
  Error error;
  std::string commit;        ///< what the revision stands for, where a kNoFile says it
  double retry_after_s = 0;  ///< what a kNetwork asks to wait at least
};

/// What was asked for.
struct FileAddress {
  HubRequest repository;
  std::string file;  ///< a safe path
};

/// The failure that an answer with status 400 or more means.
HubFailure failure_of(const net::HttpResponse& response, const FileAddress& address,
                      const HubEnvironment& environment);

/// The failure that a missing answer means.
HubFailure failure_of(const net::Failure& failure, const FileAddress& address,
                      const HubEnvironment& environment);

}  // namespace joulemark::hub
