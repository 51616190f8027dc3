// SPDX-License-Identifier: Apache-2.0
// sensor_coverage [RUNS [MACHINE…]]: how often the interval that is reported for the total (joules
// ± 1.96 u) holds the true energy, on simulated machines, as a Markdown table. Trees are made in
// the folder for temporary files (TMPDIR); one in memory is fastest.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sim/coverage.h"
#include "sim/kinds.h"
#include "sim/machine_file.h"

namespace joulemark::bench {
namespace {

constexpr double kWindowLengthsS[] = {1, 5, 30};
constexpr int kMostRuns = 1'000'000;

bool is_for_everybody(const sim::Machine& machine) {
  constexpr std::uint64_t kOthersMayRead = 04;
  return std::all_of(machine.parts.begin(), machine.parts.end(),
                     [](const sim::Part& part) { return (part.mode & kOthersMayRead) != 0; });
}

/// Those that root and others see alike, so that the table is the same whoever makes it.
std::vector<std::string> measured_machines() {
  std::vector<std::string> names;
  for (const std::string& name : sim::machine_names()) {
    const auto machine = sim::load_machine(name);
    if (machine && !machine->total.empty() && is_for_everybody(*machine)) names.push_back(name);
  }
  return names;
}

/// The scopes that get rows: the total and, where that is a meter's alone, the first board.
std::vector<std::string> measured_scopes(const sim::Machine& machine) {
  std::vector<std::string> scopes = {"total"};
  for (const sim::Part& part : machine.parts) {
    const bool is_apart =
        std::find(machine.total.begin(), machine.total.end(), part.shows) == machine.total.end();
    if (!is_apart || sim::find_kind(part.kind)->driver == nullptr) continue;
    scopes.push_back(part.shows);
    break;
  }
  return scopes;
}

/// Of an interval that is so many times as wide as the errors are large, the joules are exact.
constexpr double kExact = 1000;

std::string width(const sim::Coverage& coverage) {
  const double multiple = coverage.mean_width_j / coverage.honest_width_j;
  return multiple < kExact ? fmt::format("{:.2f}", multiple) : "exact";
}

/// "94.6 (1.10)", with the bias where it is what costs the coverage.
std::string cell(const sim::Coverage& coverage) {
  if (coverage.absent == coverage.runs) return "absent";
  std::string text = fmt::format("{:.1f} ({})", 100 * coverage.share_held(), width(coverage));
  if (coverage.absent > 0) text += fmt::format(", {} absent", coverage.absent);
  return text;
}

/// The cells of one machine under one load, or nothing when there is no total at all.
Result<std::string> row(sim::CoverageCase setup) {
  const std::string name = setup.scope == "total"
                               ? setup.machine.name
                               : fmt::format("{}: {}", setup.machine.name, setup.scope);
  std::string text = fmt::format("| {} | {} |", name, setup.load->name);
  for (const double window_s : kWindowLengthsS) {
    setup.window_s = window_s;
    const auto coverage = sim::measure_coverage(setup);
    if (!coverage) return fail(coverage.error());
    if (coverage->absent == coverage->runs) return std::string();
    text += fmt::format(" {} |", cell(*coverage));
    fmt::print(stderr, "{} {} {} s: {:.1f} %, mean {:.4g} J, bias {:.2g} J, width {:.2g} J\n", name,
               setup.load->name, window_s, 100 * coverage->share_held(), coverage->mean_joules,
               coverage->mean_error_j, coverage->mean_width_j);
  }
  return text + "\n";
}

Status print_rows(const sim::CoverageCase& all) {
  for (const std::string& scope : measured_scopes(all.machine)) {
    for (const sim::CoverageLoad& load : sim::coverage_loads()) {
      sim::CoverageCase setup = all;
      setup.scope = scope;
      setup.load = &load;
      const auto text = row(std::move(setup));
      if (!text) return fail(text.error());
      if (text->empty()) break;
      fmt::print("{}", *text);
      std::fflush(stdout);
    }
  }
  return {};
}

Status print_table(const std::vector<std::string>& names, int runs,
                   const std::filesystem::path& folder) {
  fmt::print("| machine | load | 1 s | 5 s | 30 s |\n|---|---|---:|---:|---:|\n");
  for (const std::string& name : names) {
    const auto machine = sim::load_machine(name);
    if (!machine) return fail(machine.error());
    if (auto printed = print_rows({.machine = *machine, .runs = runs, .seed = 1, .folder = folder});
        !printed)
      return printed;
  }
  return {};
}

int run(int runs, std::vector<std::string> names) {
  std::string folder =
      (std::filesystem::temp_directory_path() / "joulemark-coverage-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    fmt::print(stderr, "sensor_coverage: cannot make a folder '{}'\n", folder);
    return 1;
  }
  if (names.empty()) names = measured_machines();
  const Status printed = print_table(names, runs, folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!printed) fmt::print(stderr, "sensor_coverage: {}\n", printed.error().message);
  return printed ? 0 : 1;
}

}  // namespace
}  // namespace joulemark::bench

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  int runs = 500;
  if (!words.empty()) {
    const std::string& text = words.front();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), runs);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || runs < 1 || runs > joulemark::bench::kMostRuns) {
      fmt::print(stderr, "usage: sensor_coverage [RUNS [MACHINE…]]\n");
      return 2;
    }
  }
  const auto names = words.size() > 1 ? std::vector<std::string>(words.begin() + 1, words.end())
                                      : std::vector<std::string>();
  return joulemark::bench::run(runs, names);
}
