// SPDX-License-Identifier: Apache-2.0
#include "cli/python_flag.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/experiment_flags.h"
#include "engine/discovery.h"

namespace joulemark::cli {
namespace {

using Texts = std::vector<std::string>;

Texts engines_in_python(const engine::SearchPath& path) {
  Texts names;
  for (const auto& listing : engine::list_engines(path))
    if (!listing.manifest.python_needs.empty()) names.push_back(listing.manifest.name);
  return names;
}

/// Whether `engines` holds the engine, with or without an @version.
bool holds(const Texts& engines, const std::string& name) {
  return std::any_of(engines.begin(), engines.end(), [&](const std::string& engine) {
    return engine.substr(0, engine.find('@')) == name;
  });
}

}  // namespace

void declare_python(Arguments& arguments, std::string& python) {
  arguments.option("--python PATH", python,
                   "Python, or folder of its environment, for the engines that run in one: their "
                   "--engine-root");
}

Status add_python_roots(const std::string& python, const std::vector<std::string>& engines,
                        std::map<std::string, std::string>& roots) {
  if (python.empty()) return {};
  const Texts all = engines_in_python(engine::default_search_path({}));
  Texts chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
               [&](const std::string& name) { return engines.empty() || holds(engines, name); });
  if (chosen.empty())
    return fail(
        ErrorKind::kUsage,
        fmt::format("--python is for engines that run in a Python: {}",
                    all.empty() ? "there is none" : fmt::format("{}", fmt::join(all, ", "))));
  for (const std::string& name : chosen) {
    auto root = parse_engine_root(name + "=" + python);
    if (!root) return fail(root.error());
    roots.insert(*std::move(root));
  }
  return {};
}

}  // namespace joulemark::cli
