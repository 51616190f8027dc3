// SPDX-License-Identifier: Apache-2.0
// hello, open, perhaps one more question, quit.
#include "run/describe.h"

#include <atomic>
#include <functional>

#include "run/worker_client.h"

namespace joulemark::run {
namespace {

constexpr Nanoseconds kLimit = 30 * kNanosecondsPerSecond;
constexpr Nanoseconds kExportLimit = 600 * kNanosecondsPerSecond;

Error to_error(const std::string& doing, const Failure& failure) {
  const bool machine =
      failure.wire_status == "library_missing" || failure.wire_status == "library_unusable";
  const bool unsupported = failure.status == TrialStatus::kUnsupported;
  return {.kind = machine       ? ErrorKind::kMachine
                  : unsupported ? ErrorKind::kUnsupported
                                : ErrorKind::kFailed,
          .message = "cannot " + doing + ": " + failure.reason};
}

/// What is asked of the opened engine.
using Question = std::function<Status(WorkerClient& client, Opened opened)>;

Status ask(const OpenRequest& request, WorkerRunner& workers, const Question& question,
           Nanoseconds limit = kLimit) {
  auto process = workers.start({});
  if (!process) return fail(process.error());
  SystemClock clock;
  const std::atomic<bool> never{false};
  WorkerClient client(*std::move(process),
                      {.clock = clock, .stop = never, .deadline = clock.now() + limit});
  std::string doing = "open engine '" + request.install.engine + "'";
  if (request.provider != OpenRequest{}.provider)
    doing += " with provider '" + request.provider + "'";
  if (const auto hello = client.hello(); !hello) return fail(to_error(doing, hello.error()));
  auto opened = client.open(request);
  if (!opened) return fail(to_error(doing, opened.error()));
  if (auto answered = question(client, *std::move(opened)); !answered) return answered;
  client.quit();
  return {};
}

}  // namespace

Result<std::string> describe_install(const EngineInstall& install, WorkerRunner& workers,
                                     const std::string& provider) {
  std::string description;
  const auto asked = ask({.install = install, .provider = provider}, workers,
                         [&](WorkerClient&, Opened opened) -> Status {
                           description = std::move(opened.describe_json);
                           return {};
                         });
  if (!asked) return fail(asked.error());
  return description;
}

Result<std::vector<OperatorRange>> list_operators(const EngineInstall& install,
                                                  WorkerRunner& workers) {
  std::vector<OperatorRange> operators;
  const auto asked =
      ask({.install = install}, workers, [&](WorkerClient& client, const Opened&) -> Status {
        auto rows = client.operators();
        if (!rows)
          return fail(
              to_error("list the operators of engine '" + install.engine + "'", rows.error()));
        operators = *std::move(rows);
        return {};
      });
  if (!asked) return fail(asked.error());
  return operators;
}

Status export_model(const EngineInstall& install, const protocol::ExportRequest& request,
                    const std::map<std::string, std::string>& options, WorkerRunner& workers) {
  const auto write = [&](WorkerClient& client, const Opened&) -> Status {
    const auto written = client.export_model(request);
    if (written) return {};
    return fail(to_error("export '" + request.model + "' as " + request.format, written.error()));
  };
  return ask({.install = install, .options = options}, workers, write, kExportLimit);
}

}  // namespace joulemark::run
