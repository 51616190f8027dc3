// SPDX-License-Identifier: Apache-2.0
// The table of layouts, and which of them some paths have.
#include "exchange/layouts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/suggest.h"
#include "exchange/optimum_benchmark.h"
#include "exchange/study_layouts.h"

namespace joulemark::exchange {
namespace {

namespace fs = std::filesystem;

bool is_csv(const Paths& paths) {
  return std::none_of(paths.begin(), paths.end(),
                      [](const fs::path& path) { return csv_head(path).empty(); });
}

Result<std::vector<ImportSource>> csv_sources(const Paths& paths, const CsvMap& map) {
  std::vector<ImportSource> sources;
  for (const auto& file : paths)
    sources.push_back({.name = file.stem().string(),
                       .origin = fmt::format("'{}'", file.string()),
                       .read = [=](TrialCollector& collector) {
                         return read_csv_trials({file}, map, nullptr, collector);
                       }});
  return sources;
}

constexpr Layout kLayouts[] = {
    {"gaissa", "the study of small code models, arXiv 2412.15441", is_gaissa, gaissa_sources},
    {"runtimes", "the study of runtime infrastructures, arXiv 2402.13640", is_runtimes,
     runtimes_sources},
    {"optimum-benchmark", "benchmark.json and benchmark_report.json of optimum-benchmark",
     is_optimum_benchmark, optimum_benchmark_sources},
    {"csv", "any CSV file, by --map", is_csv, csv_sources, true},
};

Status check_paths(const Paths& paths) {
  std::error_code error;
  for (const auto& path : paths)
    if (!fs::exists(path, error))
      return fail(ErrorKind::kUsage,
                  fmt::format("cannot import '{}': no such file or folder", path.string()));
  return {};
}

Result<const Layout*> named(const std::string& name) {
  std::vector<std::string> names;
  for (const Layout& layout : kLayouts) {
    if (name == layout.name) return &layout;
    names.emplace_back(layout.name);
  }
  return fail(ErrorKind::kUsage, fmt::format("no layout is named '{}'; there is: {}{}", name,
                                             fmt::join(names, ", "), did_you_mean(name, names)));
}

bool is_given(const CsvMap& map) {
  return !map.fields.empty() || !map.constants.empty() || !map.conditions.empty() || map.is_long();
}

Result<const Layout*> guessed(const Paths& paths, const CsvMap& map) {
  for (const Layout& layout : kLayouts)
    if ((layout.takes_map || !is_given(map)) && layout.fits(paths)) return &layout;
  return fail(ErrorKind::kUsage,
              fmt::format("cannot import '{}': it looks like none of the known layouts; name CSV "
                          "files, or say what it is with --layout",
                          paths.front().string()));
}

}  // namespace

std::span<const Layout> layouts() {
  return kLayouts;
}

Result<const Layout*> choose_layout(const std::string& name, const Paths& paths,
                                    const CsvMap& map) {
  if (auto there = check_paths(paths); !there) return fail(there.error());
  if (name.empty()) return guessed(paths, map);
  const auto layout = named(name);
  if (layout && !(*layout)->takes_map && is_given(map))
    return fail(ErrorKind::kUsage,
                fmt::format("--layout {} brings its own map of columns; leave --map, --set, "
                            "--where, --metric and --value out",
                            name));
  return layout;
}

Experiment experiment_of(const ImportSource& source, const TrialCollector& collector) {
  Experiment experiment;
  experiment.name = source.name;
  experiment.origin = source.origin;
  experiment.protocol.repetitions = collector.blocks();
  return experiment;
}

}  // namespace joulemark::exchange
