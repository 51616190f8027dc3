// SPDX-License-Identifier: Apache-2.0
#include "run/conversation.h"

#include <utility>

#include "run/worker_command.h"

namespace joulemark::run {

Error to_error(const std::string& doing, const Failure& failure) {
  if (failure.interrupted) return {.kind = ErrorKind::kInterrupted, .message = "interrupted"};
  const bool machine =
      failure.wire_status == "library_missing" || failure.wire_status == "library_unusable";
  const bool unsupported = failure.status == TrialStatus::kUnsupported;
  return {.kind = machine       ? ErrorKind::kMachine
                  : unsupported ? ErrorKind::kUnsupported
                                : ErrorKind::kFailed,
          .message = "cannot " + doing + ": " + failure.reason};
}

Status converse(const ConverseOptions& options, WorkerRunner& workers, const Question& question) {
  auto process = workers.start(worker_command(options.open.install));
  if (!process) return fail(process.error());
  SystemClock clock;
  WorkerClient client(
      *std::move(process),
      {.clock = clock, .stop = options.stop, .deadline = clock.now() + options.limit_ns});
  const OpenRequest& open = options.open;
  std::string doing = "open engine '" + open.install.engine + "'";
  if (open.provider != OpenRequest{}.provider) doing += " with provider '" + open.provider + "'";
  if (const auto hello = client.hello(); !hello) return fail(to_error(doing, hello.error()));
  auto opened = client.open(open);
  if (!opened) return fail(to_error(doing, opened.error()));
  if (auto answered = question(client, *std::move(opened)); !answered) return answered;
  client.quit();
  return {};
}

}  // namespace joulemark::run
