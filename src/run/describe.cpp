// SPDX-License-Identifier: Apache-2.0
// hello, open, perhaps one more question, quit.
#include "run/describe.h"

#include <atomic>

#include "run/conversation.h"

namespace joulemark::run {
namespace {

/// A Python that imports PyTorch from a cold disk takes most of a minute.
constexpr Nanoseconds kLimit = 120 * kNanosecondsPerSecond;
constexpr Nanoseconds kExportLimit = 600 * kNanosecondsPerSecond;

Status ask(const OpenRequest& request, WorkerRunner& workers, const Question& question,
           Nanoseconds limit = kLimit) {
  const std::atomic<bool> never{false};
  return converse({.open = request, .limit_ns = limit, .stop = never}, workers, question);
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
