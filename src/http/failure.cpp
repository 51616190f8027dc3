// SPDX-License-Identifier: Apache-2.0
#include "http/failure.h"

namespace joulemark::http {

const char* to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::kUnreachable:
      return "unreachable";
    case FailureKind::kRefused:
      return "refused";
    case FailureKind::kReset:
      return "reset";
    case FailureKind::kTimedOut:
      return "timeout";
    case FailureKind::kNotHttp:
      return "not_http";
    case FailureKind::kTooLong:
      return "too_long";
    case FailureKind::kTls:
      return "tls";
    case FailureKind::kMachine:
      return "machine";
    case FailureKind::kCancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace joulemark::http
