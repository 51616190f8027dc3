// SPDX-License-Identifier: Apache-2.0
// `joulemark recommend`: what to serve with, from what was measured.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/stored_experiment.h"
#include "cli/table_format.h"
#include "report/recommendation_document.h"
#include "verdict/metric_name.h"
#include "verdict/simulated.h"

namespace joulemark::cli {
namespace {

struct Recommend {
  std::string store = "joulemark.sqlite";
  std::string objective = "auto";
  std::vector<std::string> where;
  std::optional<double> price;
  std::optional<double> carbon;
  std::optional<std::int64_t> experiment;
  TableFormat format;
};

Result<std::vector<verdict::Constraint>> constraints_of(const Recommend& command) {
  std::vector<verdict::Constraint> constraints;
  for (const std::string& text : command.where) {
    auto constraint = verdict::Constraint::parse(text);
    if (!constraint) return fail(constraint.error());
    constraints.push_back(*std::move(constraint));
  }
  return constraints;
}

bool any_recommended(const verdict::Recommendation& recommendation) {
  for (const verdict::ModelVerdict& model : recommendation.judgement.models)
    if (verdict::recommended(recommendation, model) != nullptr) return true;
  return false;
}

Result<int> recommend(const Recommend& command) {
  if (auto format = command.format.check(); !format) return fail(format.error());
  const auto objective = verdict::parse_objective(
      command.objective, {.price_per_kwh = command.price, .gco2e_per_kwh = command.carbon});
  if (!objective) return fail(objective.error());
  const auto constraints = constraints_of(command);
  if (!constraints) return fail(constraints.error());
  const auto record = load_experiment(command.store, command.experiment);
  if (!record) return fail(record.error());
  if (const auto machine = verdict::simulated_machine(*record))
    return fail(ErrorKind::kUsage,
                fmt::format("experiment {} of '{}' was measured on the simulated machine '{}': "
                            "nothing can be recommended from it",
                            record->id, command.store, *machine));
  auto kept = kept_files(record->experiment);
  kept.push_back({"the store", command.store});
  if (auto target = command.format.check_target(kept); !target) return fail(target.error());
  const auto recommendation = verdict::recommend(*record, *objective, *constraints);
  const auto written =
      command.format.write([&] { return report::recommendation_document(*record, recommendation); },
                           [&] { return report::recommendation_json(*record, recommendation); });
  if (!written) return written;
  return any_recommended(recommendation) ? kExitOk : kExitFailed;
}

}  // namespace

Action declare_recommend(Arguments& arguments) {
  const auto command = std::make_shared<Recommend>();
  arguments.positional("STORE", command->store,
                       "Store that was measured into (default joulemark.sqlite)",
                       Arguments::Need::kOptional);
  arguments.option(
      "--objective NAME", command->objective,
      fmt::format("What to save: {}, or a metric (default auto: energy where measured, else time)",
                  fmt::join(verdict::objective_names(), ", ")));
  arguments.repeated("--where CONSTRAINT", command->where,
                     "Only configurations that meet it, such as 'p95_ms<=50', 'peak_rss_mb<=8000', "
                     "'threads<=2' or 'engine=openvino'; may be given several times");
  arguments.option("--price MONEY", command->price, "Money per kWh, for --objective cost");
  arguments.option("--carbon GRAMS", command->carbon,
                   "Grams of CO2e per kWh, for --objective carbon");
  arguments.option("--experiment N", command->experiment,
                   "Number of the experiment (default the newest)");
  command->format.declare(arguments);
  return [command] { return recommend(*command); };
}

}  // namespace joulemark::cli
