// SPDX-License-Identifier: Apache-2.0
#include "store/store_error.h"

#include <fmt/format.h>

namespace joulemark::store {

Error store_error(const char* what, const std::string& path, const SqlError& error) {
  const auto say = [&](ErrorKind kind, const std::string& why) {
    return Error{kind, fmt::format("cannot {} store '{}': {}", what, path, why)};
  };
  switch (error.failure) {
    case Failure::kBusy:
      return say(ErrorKind::kMachine,
                 fmt::format("another process has held it for more than {} s; end that process or "
                             "use another store",
                             kBusyTimeoutS));
    case Failure::kFull:
      return say(ErrorKind::kMachine,
                 "no space left on its disk; free some, finished trials are kept");
    case Failure::kReadOnly:
      return say(ErrorKind::kMachine,
                 "permission denied; give the right to write to the file and its folder");
    case Failure::kCannotOpen:
      return say(ErrorKind::kMachine,
                 "it cannot be opened; check that its folder exists and may be written to");
    case Failure::kNotADatabase:
      return say(ErrorKind::kFailed, "it is not a joulemark store; name another file");
    case Failure::kDamaged:
      return say(ErrorKind::kFailed,
                 fmt::format("it is damaged ({}); restore it from a copy, or take what can be read "
                             "to a new one as docs/store.md says",
                             error.text));
    case Failure::kIo:
      return say(ErrorKind::kMachine,
                 "input/output error; check the disk, its free space and the limit of file sizes");
    case Failure::kConstraint:
    case Failure::kLost:
    case Failure::kConflict:
    case Failure::kOther:
      break;
  }
  return say(ErrorKind::kFailed, error.text);
}

}  // namespace joulemark::store
