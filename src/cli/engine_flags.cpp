// SPDX-License-Identifier: Apache-2.0
#include "cli/engine_flags.h"

#include <fmt/format.h>

#include "cli/experiment_flags.h"
#include "cli/flag_numbers.h"
#include "cli/python_flag.h"

namespace joulemark::cli {

void declare_engine_name(Arguments& arguments, EngineFlags& flags) {
  arguments.option("--engine NAME", flags.name, "Engine that runs the model");
}

void declare_engine(Arguments& arguments, EngineFlags& flags) {
  arguments.option("--threads N", flags.threads, "Threads (default 1)");
  arguments.option("--provider NAME", flags.provider,
                   "Execution provider of the engine (default cpu)");
  arguments.option("--precision NAME", flags.precision, "Precision (default f32)");
  arguments.repeated("--option KEY=VALUE", flags.options,
                     "Option of the engine; 'joulemark engines NAME' lists them");
  arguments.repeated("--engine-root ENGINE=FOLDER", flags.roots,
                     "Installation of your own, looked at before all other places");
  declare_python(arguments, flags.python);
}

Status check_engine_name(const EngineFlags& flags) {
  if (!flags.name.empty()) return {};
  return fail(ErrorKind::kUsage,
              "--engine is required; run 'joulemark engines' for those there are");
}

Result<engine::SearchPath> engine_search_path(const EngineFlags& flags) {
  auto roots = parse_engine_roots(flags.roots);
  if (!roots) return fail(roots.error());
  if (auto added = add_python_roots(flags.python, {flags.name}, *roots); !added)
    return fail(added.error());
  return engine::default_search_path(*roots);
}

Result<std::int32_t> thread_count(const EngineFlags& flags) {
  constexpr std::int64_t kMostThreads = 1024;
  const auto threads = count_within("--threads", flags.threads, 1, kMostThreads);
  if (!threads) return fail(threads.error());
  return static_cast<std::int32_t>(*threads);
}

Result<std::map<std::string, std::string>> engine_options(const EngineFlags& flags) {
  std::map<std::string, std::string> options;
  for (const std::string& text : flags.options) {
    const auto at = text.find('=');
    if (at == std::string::npos || at == 0)
      return fail(ErrorKind::kUsage, fmt::format("--option takes KEY=VALUE, not '{}'", text));
    options[text.substr(0, at)] = text.substr(at + 1);
  }
  return options;
}

}  // namespace joulemark::cli
