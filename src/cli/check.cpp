// SPDX-License-Identifier: Apache-2.0
// `joulemark check`: models with known outputs on one engine, case by case.
#include "run/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/experiment_flags.h"
#include "cli/interrupt.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "engine/discovery.h"
#include "run/process_worker.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Cases = std::vector<run::CheckCase>;

constexpr double kDefaultTimeLimit = 60;
constexpr std::array kStatuses = {"pass", "fail", "unsupported", "crashed"};

struct Check {
  std::vector<std::string> folders;
  std::string engine;
  std::string provider = "cpu";
  std::vector<std::string> roots;
  std::optional<std::int64_t> jobs;
  std::optional<double> time_limit_s, rtol, atol;
  Arguments::Switch as_json = Arguments::Switch::kOff;
  Arguments::Switch quiet = Arguments::Switch::kOff;
};

long count(const Cases& cases, std::string_view status) {
  return std::count_if(cases.begin(), cases.end(),
                       [&](const run::CheckCase& found) { return found.status == status; });
}

/// The number, or null with its reason beside it.
void put(json& row, const std::string& key, const std::optional<double>& value,
         const std::string& reason) {
  row[key] = value ? json(*value) : json();
  if (!value) row[key + "_reason"] = reason;
}

json case_json(const run::CheckCase& found) {
  json row = {{"name", found.name},
              {"directory", found.directory.string()},
              {"status", found.status},
              {"reason", found.reason}};
  put(row, "max_abs", found.max_abs, found.max_abs_reason);
  put(row, "max_rel", found.max_rel, found.max_rel_reason);
  return row;
}

std::string to_json(const std::string& engine, const run::CheckRun& done) {
  const Cases& cases = done.cases;
  json rows = json::array();
  for (const auto& found : cases) rows.push_back(case_json(found));
  json summary;
  for (const char* status : kStatuses) summary[status] = count(cases, status);
  const json out = {{"engine", engine},
                    {"cases", std::move(rows)},
                    {"summary", summary},
                    {"interrupted", done.interrupted}};
  return json_line(out);
}

std::string summary_text(const Cases& cases) {
  std::string line;
  for (const char* status : kStatuses)
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", status, count(cases, status));
  return line + '\n';
}

std::string case_text(const run::CheckCase& found) {
  const std::string reason = found.reason.empty() ? "" : ": " + printable(found.reason);
  return fmt::format("{:<12}{}{}\n", found.status, printable(found.name), reason);
}

/// Each case once, also where folders overlap.
Result<std::vector<std::filesystem::path>> find_all(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> cases;
  std::set<std::filesystem::path> seen;
  for (const auto& folder : folders) {
    auto found = run::find_cases(folder);
    if (!found) return fail(found.error());
    for (auto& directory : *found) {
      std::error_code error;
      if (seen.insert(std::filesystem::canonical(directory, error)).second)
        cases.push_back(std::move(directory));
    }
  }
  return cases;
}

Result<double> positive(const char* flag, std::optional<double> value, double otherwise) {
  if (!value || (*value > 0 && *value <= 86400)) return value.value_or(otherwise);
  return fail(ErrorKind::kUsage, fmt::format("{} must be a positive number, not {}", flag, *value));
}

Status check_tolerance(const char* flag, std::optional<double> value) {
  if (!value || *value >= 0) return {};
  return fail(ErrorKind::kUsage, fmt::format("{} must be 0 or more, not {}", flag, *value));
}

/// Prints every case as it ends; with JSON or --quiet only a count, on a terminal.
std::function<void(const run::CheckCase&)> listener(const Check& command, std::size_t total) {
  if (command.as_json == Arguments::Switch::kOff)
    return [quiet = command.quiet](const run::CheckCase& found) {
      if (quiet == Arguments::Switch::kOff || found.status != "pass") (void)print(case_text(found));
    };
  if (command.quiet == Arguments::Switch::kOn || isatty(STDERR_FILENO) == 0) return {};
  return [total, done = std::size_t{0}](const run::CheckCase&) mutable {
    ++done;
    print_error_text(fmt::format("\r{}/{}{}", done, total, done == total ? "\n" : ""));
  };
}

Status check_provider(const Check& command, const engine::SearchPath& path) {
  const auto manifest = engine::find_manifest(command.engine, path);
  if (!manifest) return fail(manifest.error());
  const auto& providers = manifest->providers;
  if (std::find(providers.begin(), providers.end(), command.provider) != providers.end()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("engine '{}' has no provider '{}'; it has {}", manifest->name,
                          command.provider, fmt::join(providers, ", ")));
}

Result<run::CheckOptions> options_of(const Check& command, std::size_t total) {
  const auto roots = parse_engine_roots(command.roots);
  if (!roots) return fail(roots.error());
  const auto path = engine::default_search_path(*roots);
  if (auto known = check_provider(command, path); !known) return fail(known.error());
  auto install = engine::find_engine(command.engine, path);
  if (!install) return fail(install.error());
  const auto limit = positive("--time-limit", command.time_limit_s, kDefaultTimeLimit);
  if (!limit) return fail(limit.error());
  if (auto rtol = check_tolerance("--rtol", command.rtol); !rtol) return fail(rtol.error());
  if (auto atol = check_tolerance("--atol", command.atol); !atol) return fail(atol.error());
  const long cpus = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
  const std::int64_t jobs = command.jobs.value_or(cpus);
  if (jobs < 1 || jobs > 1024)
    return fail(ErrorKind::kUsage, fmt::format("--jobs must be 1 to 1024, not {}", jobs));
  return run::CheckOptions{.install = std::move(*install),
                           .provider = command.provider,
                           .jobs = static_cast<int>(jobs),
                           .case_time_limit_s = *limit,
                           .rtol = command.rtol,
                           .atol = command.atol,
                           .on_case = listener(command, total)};
}

Result<int> check(const Check& command) {
  if (command.engine.empty())
    return fail(ErrorKind::kUsage,
                "--engine is required; run 'joulemark engines' for those there are");
  const auto folders = find_all(command.folders);
  if (!folders) return fail(folders.error());
  const auto options = options_of(command, folders->size());
  if (!options) return fail(options.error());
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto done = run::check_cases(*folders, *options, workers, interrupt_flag());
  if (!done) return fail(done.error());
  const Cases& cases = done->cases;
  const auto printed =
      print(command.as_json == Arguments::Switch::kOn ? to_json(command.engine, *done)
                                                      : summary_text(cases));
  if (done->interrupted) {
    print_note(
        fmt::format("check was interrupted: {} of {} cases ended", cases.size(), folders->size()));
    return kExitInterrupted;
  }
  if (!printed) return printed;
  return count(cases, "fail") + count(cases, "crashed") > 0 ? kExitFailed : kExitOk;
}

}  // namespace

Action declare_check(Arguments& arguments) {
  const auto command = std::make_shared<Check>();
  arguments.positionals("DIR", command->folders,
                        "Folder with model.onnx and test_data_set_*/{input,output}_k.pb, or with "
                        "such folders below it",
                        Arguments::Need::kRequired);
  arguments.option("--engine NAME", command->engine, "Engine that runs the cases");
  arguments.option("--provider NAME", command->provider,
                   "Execution provider of the engine (default cpu)");
  arguments.repeated("--engine-root ENGINE=FOLDER", command->roots,
                     "Installation of your own, looked at before all other places");
  arguments.option("--jobs N", command->jobs, "Processes at a time (default one per CPU)");
  arguments.option("--time-limit SECONDS", command->time_limit_s,
                   "Longest time of one case (default 60)");
  arguments.option("--rtol X", command->rtol, "Relative tolerance (default by element type)");
  arguments.option("--atol X", command->atol, "Absolute tolerance (default by element type)");
  arguments.flag("--json", command->as_json, "Print all cases and the summary as JSON");
  arguments.flag("--quiet", command->quiet, "Print only the cases that did not pass");
  return [command] { return check(*command); };
}

}  // namespace joulemark::cli
