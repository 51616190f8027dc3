// SPDX-License-Identifier: Apache-2.0
// Why a call has no whole answer.
#pragma once

#include <string>

namespace joulemark::http {

enum class FailureKind {
  kUnreachable,  ///< no such host, no way to it
  kRefused,      ///< nobody listens there
  kReset,        ///< the server closed the connection before the answer was whole
  kTimedOut,     ///< the call's time was over
  kNotHttp,      ///< what came is no HTTP/1 answer
  kTooLong,      ///< the answer is longer than the call allows
  kTls,          ///< no trust, or no TLS at the other end
  kMachine,      ///< this side lacks something: file descriptors, ports
  kCancelled,    ///< by the caller
};

/// "refused", "timeout": for tables and JSON.
const char* to_string(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::kReset;
  std::string message = {};  ///< for people, names the server
};

}  // namespace joulemark::http
