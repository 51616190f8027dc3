// SPDX-License-Identifier: Apache-2.0
// A failure as the worker protocol reports it: a status of the engine ABI and a sentence.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::worker {

struct Failure {
  jm_status status = JM_FAILED;
  std::string message;
};

/// The value, or the failure that becomes an error reply.
template <class T>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> fail(jm_status status, std::string message) {
  return tl::unexpected<Failure>(Failure{status, std::move(message)});
}

/// An error of another layer. The layers that the worker uses report kMachine only for memory.
inline tl::unexpected<Failure> failed(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return fail(JM_INVALID_ARGUMENT, error.message);
    case ErrorKind::kUnsupported:
      return fail(JM_UNSUPPORTED, error.message);
    case ErrorKind::kMachine:
      return fail(JM_OUT_OF_MEMORY, error.message);
    default:
      return fail(JM_FAILED, error.message);
  }
}
inline tl::unexpected<Failure> fail(Failure failure) {
  return tl::unexpected<Failure>(std::move(failure));
}

}  // namespace joulemark::worker
