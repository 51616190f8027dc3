// SPDX-License-Identifier: Apache-2.0
// Exit codes of error kinds and the text of errno values.
#include "base/error.h"

#include <system_error>

namespace joulemark {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kMachine:
      return kExitMachine;
    case ErrorKind::kInterrupted:
      return kExitInterrupted;
    case ErrorKind::kFailed:
    case ErrorKind::kUnsupported:
      return kExitFailed;
  }
  return kExitFailed;
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace joulemark
