// SPDX-License-Identifier: Apache-2.0
// `joulemark gate`: whether what was measured now is worse than what was measured before.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/fraction.h"
#include "cli/stored_experiment.h"
#include "cli/table_format.h"
#include "report/regression_report.h"
#include "verdict/objective.h"

namespace joulemark::cli {
namespace {

struct Gate {
  std::string base;
  std::string now;
  std::string metric = "auto";
  std::string max_regression = "3%";
  std::optional<double> level;
  std::optional<std::int64_t> base_experiment, new_experiment;
  TableFormat format;
};

Result<verdict::RegressionOptions> options_of(const Gate& command) {
  if (command.metric == "cost" || command.metric == "carbon")
    return fail(ErrorKind::kUsage,
                fmt::format("--metric {}: it is energy in another unit; use --metric energy",
                            command.metric));
  const auto objective = verdict::parse_objective(command.metric, {});
  if (!objective) {
    std::string message = objective.error().message;
    if (const auto at = message.find("--objective"); at == 0)
      message.replace(0, std::string_view("--objective").size(), "--metric");
    return fail(ErrorKind::kUsage, message);
  }
  const auto limit = parse_fraction("--max-regression", command.max_regression);
  if (!limit) return fail(limit.error());
  const double level = command.level.value_or(0.95);
  if (!(level > 0.5 && level < 1))
    return fail(ErrorKind::kUsage, "--level must be above 0.5 and below 1, such as 0.95");
  return verdict::RegressionOptions{
      .metric = objective->metric, .max_regression = *limit, .level = level};
}

int exit_code_of(verdict::Change change) {
  switch (change) {
    case verdict::Change::kRegressed:
      return kExitFailed;
    case verdict::Change::kWithin:
      return kExitOk;
    case verdict::Change::kUnresolved:
      break;
  }
  return kExitUnresolved;
}

Result<int> gate(const Gate& command) {
  if (auto format = command.format.check(); !format) return fail(format.error());
  const auto options = options_of(command);
  if (!options) return fail(options.error());
  const auto base = load_experiment(command.base, command.base_experiment);
  if (!base) return fail(base.error());
  const auto now = load_experiment(command.now, command.new_experiment);
  if (!now) return fail(now.error());
  const auto target = command.format.check_target({{"BASE", command.base}, {"NEW", command.now}});
  if (!target) return fail(target.error());
  const auto regression = verdict::find_regression(*base, *now, *options);
  const double limit = options->max_regression;
  const auto written =
      command.format.write([&] { return report::regression_document(regression, limit); },
                           [&] { return report::regression_json(regression, limit); });
  if (!written) return written;
  return exit_code_of(regression.change);
}

}  // namespace

Action declare_gate(Arguments& arguments) {
  const auto command = std::make_shared<Gate>();
  arguments.positional("BASE", command->base, "Store with what was measured before",
                       Arguments::Need::kRequired);
  arguments.positional("NEW", command->now, "Store with what was measured now",
                       Arguments::Need::kRequired);
  arguments.option("--metric NAME", command->metric,
                   "What is compared: energy, time, edp, ed2p or a metric of which less is better "
                   "(default auto: energy where all measured it, else time)");
  arguments.option("--max-regression SHARE", command->max_regression,
                   "How much more is allowed (default 3%)");
  arguments.option("--level L", command->level, "Of each answer (default 0.95)");
  arguments.option("--base-experiment N", command->base_experiment,
                   "Experiment in BASE (default the newest)");
  arguments.option("--new-experiment N", command->new_experiment,
                   "Experiment in NEW (default the newest)");
  command->format.declare(arguments);
  return [command] { return gate(*command); };
}

}  // namespace joulemark::cli
