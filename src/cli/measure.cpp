// SPDX-License-Identifier: Apache-2.0
// `joulemark measure -- COMMAND`: energy, time and resources of any command.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <memory>

#include "cli/calibration_flag.h"
#include "cli/commands.h"
#include "cli/estimate_flag.h"
#include "cli/interrupt.h"
#include "cli/machine_root.h"
#include "cli/measure_output.h"
#include "cli/meter_flag.h"
#include "cli/output.h"
#include "host/machine.h"
#include "sensors/catalog.h"
#include "sensors/estimate/estimate.h"

namespace joulemark::cli {
namespace {

using Switch = Arguments::Switch;

constexpr std::int64_t kMostRuns = 1'000'000;
constexpr double kLongestIdleS = 86400;

struct Measure {
  std::vector<std::string> words;
  std::vector<std::string> meters;
  std::vector<std::string> calibration;
  std::string root = "/";
  std::optional<std::int64_t> repetitions, warmup;
  std::optional<double> idle_s;
  Switch estimate = Switch::kOff;
  Switch as_json = Switch::kOff;
};

Status check(const Measure& command) {
  const auto in_range = [](std::int64_t value, std::int64_t least) {
    return value >= least && value <= kMostRuns;
  };
  if (!in_range(command.repetitions.value_or(1), 1))
    return fail(ErrorKind::kUsage, fmt::format("--repetitions must be from 1 to {}", kMostRuns));
  if (!in_range(command.warmup.value_or(0), 0))
    return fail(ErrorKind::kUsage, fmt::format("--warmup must be from 0 to {}", kMostRuns));
  const double idle_s = command.idle_s.value_or(0);
  if (!(idle_s >= 0 && idle_s <= kLongestIdleS))
    return fail(ErrorKind::kUsage,
                fmt::format("--idle must be seconds from 0 to {:g}", kLongestIdleS));
  return check_root(command.root);
}

/// Runs without a place in the result.
Status warm_up(const Measure& command, const run::CommandContext& context) {
  for (std::int64_t i = 0; i < command.warmup.value_or(0) && !context.stop; ++i)
    if (const auto run = run::run_command(command.words, context); !run) return fail(run.error());
  return {};
}

Result<MeasuredCommand> measure_all(const Measure& command, const run::CommandContext& context) {
  MeasuredCommand measured;
  measured.words = command.words;
  measured.simulated = host::simulated_machine(command.root).value_or("");
  measured.idle_wanted = command.idle_s.value_or(0) > 0;
  if (auto warm = warm_up(command, context); !warm) return fail(warm.error());
  if (measured.idle_wanted) measured.idle_before = run::measure_idle(*command.idle_s, context);
  for (std::int64_t i = 0; i < command.repetitions.value_or(1) && !context.stop; ++i) {
    auto run = run::run_command(command.words, context);
    if (!run) return fail(run.error());
    measured.runs.push_back(*std::move(run));
  }
  if (measured.idle_wanted) measured.idle_after = run::measure_idle(*command.idle_s, context);
  return measured;
}

bool all_succeeded(const MeasuredCommand& measured) {
  for (const run::CommandRun& run : measured.runs)
    if (!run.succeeded()) return false;
  return true;
}

Result<int> measure(const Measure& command) {
  if (auto sound = check(command); !sound) return fail(sound.error());
  const auto meters = meters_from(command.meters);
  if (!meters) return fail(meters.error());
  auto calibrations = calibrations_from(command.calibration);
  if (!calibrations) return fail(calibrations.error());
  const bool json = command.as_json == Switch::kOn;
  const auto& stop = interrupt_flag();
  const auto found = sensors::discover(
      {.root = command.root, .meters = *meters, .calibrations = *std::move(calibrations)});
  const bool estimated = command.estimate == Switch::kOn;
  const auto processors = sensors::read_processor_facts(command.root);
  // The command's own output would be in the middle of the answer.
  const run::CommandContext context{.sensors = found.sensors,
                                    .statuses = found.statuses,
                                    .root = command.root,
                                    .stop = stop,
                                    .output = json ? STDERR_FILENO : STDOUT_FILENO,
                                    .estimate_for = estimated ? &processors : nullptr};
  const auto measured = measure_all(command, context);
  if (!measured) return fail(measured.error());
  if (!measured->runs.empty()) {
    const auto printed = print(json ? measure_json(*measured) : measure_text(*measured));
    if (!printed) return printed;
  }
  if (stop) return kExitInterrupted;
  return all_succeeded(*measured) ? kExitOk : kExitFailed;
}

}  // namespace

Action declare_measure(Arguments& arguments) {
  const auto command = std::make_shared<Measure>();
  arguments.positionals("COMMAND", command->words, "The command and its arguments, behind --",
                        Arguments::Need::kRequired);
  arguments.option("--repetitions N", command->repetitions, "Measured runs (default 1)");
  arguments.option("--warmup N", command->warmup, "Runs before them (default 0)");
  arguments.option("--idle SECONDS", command->idle_s,
                   "Measure the idle machine for so long before and after, and take its power away "
                   "too (default 0: do not)");
  declare_estimate(arguments, command->estimate);
  declare_meters(arguments, command->meters);
  declare_calibrations(arguments, command->calibration);
  declare_root(arguments, command->root);
  arguments.flag("--json", command->as_json,
                 "Print JSON; what the command prints goes to standard error then");
  return [command] { return measure(*command); };
}

}  // namespace joulemark::cli
