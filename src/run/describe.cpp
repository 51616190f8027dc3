// SPDX-License-Identifier: Apache-2.0
// hello, open, quit.
#include "run/describe.h"

#include <atomic>

#include "run/worker_client.h"

namespace joulemark::run {
namespace {

constexpr Nanoseconds kLimit = 30 * kNanosecondsPerSecond;

Error to_error(const EngineInstall& install, const Failure& failure) {
  const bool machine =
      failure.wire_status == "library_missing" || failure.wire_status == "library_unusable";
  const bool unsupported = failure.status == TrialStatus::kUnsupported;
  return {.kind = machine       ? ErrorKind::kMachine
                  : unsupported ? ErrorKind::kUnsupported
                                : ErrorKind::kFailed,
          .message = "cannot open engine '" + install.engine + "': " + failure.reason};
}

}  // namespace

Result<std::string> describe_install(const EngineInstall& install, WorkerRunner& workers) {
  auto process = workers.start({});
  if (!process) return fail(process.error());
  SystemClock clock;
  const std::atomic<bool> never{false};
  WorkerClient client(*std::move(process),
                      {.clock = clock, .stop = never, .deadline = clock.now() + kLimit});
  if (const auto hello = client.hello(); !hello) return fail(to_error(install, hello.error()));
  auto opened = client.open({.install = install});
  if (!opened) return fail(to_error(install, opened.error()));
  client.quit();
  return std::move(opened->describe_json);
}

}  // namespace joulemark::run
