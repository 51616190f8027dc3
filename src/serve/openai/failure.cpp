// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/failure.h"

namespace joulemark::serve {

using api::openai::ApiError;

namespace {

constexpr int kClientGone = 499;

ApiError draining() {
  return {.status = 503,
          .message = "the server ends and takes no more requests",
          .type = "service_unavailable",
          .code = "draining"};
}

}  // namespace

http::Response openai_failure(const ApiError& error) {
  http::Response response{{.status = error.status}, write_error(error)};
  if (error.status == 429 || error.status == 503)
    response.head.headers.push_back({"Retry-After", "1"});
  return response;
}

ApiError refusal_of(Admission admission) {
  if (admission == Admission::kDraining) return draining();
  return {.status = 429,
          .message = "as many requests wait as may; come again in a second",
          .type = "rate_limit_error",
          .code = "queue_full"};
}

ApiError failure_of(const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::kExpired:
      return {.status = 504,
              .message = "the time limit of the request passed before its answer was whole",
              .type = "timeout_error",
              .code = "timeout"};
    case Ending::kDraining:
      return draining();
    case Ending::kUnfit:
      return {.message = outcome.message};
    case Ending::kGone:
      return {.status = kClientGone, .message = "the client has gone"};
    default:
      return {.status = 500, .message = outcome.message, .type = "server_error"};
  }
}

}  // namespace joulemark::serve
