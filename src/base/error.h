// SPDX-License-Identifier: Apache-2.0
// Expected failures as values: Error, Result<T>, and the exit codes they become.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace joulemark {

/// What kind of failure it is. It decides the exit code, never the wording.
enum class ErrorKind {
  kFailed,       ///< a trial, check or gate failed, or a file could not be read or written
  kUsage,        ///< the user's command line or experiment file is wrong
  kMachine,      ///< this machine lacks something: an engine, a sensor, a permission, disk space
  kUnsupported,  ///< the engine cannot do it: an operator, a type, a provider
  kInterrupted,  ///< SIGINT or SIGTERM
};

/// Exit codes of the program (design §10).
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitMachine = 3,
  kExitUnresolved = 4,  ///< of `gate`: neither a regression nor its absence is shown
  kExitInterrupted = 130,
};

/// A failure. `message` says what failed, on what (quoted), why, and what to do, in one line
/// without a final full stop. It is printed once, by cli/main.cpp.
struct Error {
  ErrorKind kind = ErrorKind::kFailed;
  std::string message;
};

/// The value, or why there is none.
template <class T>
using Result = tl::expected<T, Error>;

/// Success without a value.
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

int exit_code(ErrorKind kind);

/// "No such file or directory" for ENOENT; thread-safe strerror.
std::string errno_text(int error_number);

}  // namespace joulemark
