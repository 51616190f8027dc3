// SPDX-License-Identifier: Apache-2.0
// `joulemark export STORE --csv`: stored trials for other programs.
#include <fmt/format.h>

#include "cli/export.h"
#include "cli/output.h"
#include "cli/output_target.h"
#include "cli/stored_experiment.h"
#include "report/trials_csv.h"

namespace joulemark::cli {
namespace {

using Switch = Arguments::Switch;

/// The numbers of the experiments that are asked for.
Result<std::vector<std::int64_t>> choose(store::Store& store, const Export& command) {
  const auto infos = store.experiments();
  if (!infos) return fail(infos.error());
  std::vector<std::int64_t> ids;
  for (const auto& info : *infos)
    if (!command.experiment || info.id == *command.experiment) ids.push_back(info.id);
  if (!ids.empty() || !command.experiment) return ids;
  return fail(ErrorKind::kUsage,
              fmt::format("'{}' holds no experiment {}; 'joulemark report {} --list' lists them",
                          command.source, *command.experiment, command.source));
}

}  // namespace

Result<int> export_trials(const Export& command) {
  auto store = open_store(command.source);
  if (!store) return fail(store.error());
  const auto ids = choose(*store, command);
  if (!ids) return fail(ids.error());
  const bool to_file = !command.output.empty() && command.output != "-";
  if (to_file)
    if (auto target = check_output("-o", command.output, {{"the store", command.source}}); !target)
      return fail(target.error());
  std::vector<ExperimentRecord> records;
  for (const std::int64_t id : *ids) {
    auto record = store->load(id, store::Detail::kDurations);
    if (!record) return fail(record.error());
    records.push_back(std::move(*record));
  }
  const auto calls =
      command.calls == Switch::kOn ? report::CallTimes::kWritten : report::CallTimes::kLeftOut;
  return write_text(to_file ? command.output : "-", report::trials_csv(records, calls));
}

}  // namespace joulemark::cli
