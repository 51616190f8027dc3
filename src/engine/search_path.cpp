// SPDX-License-Identifier: Apache-2.0
// The places where this process looks for engines.
#include <sstream>
#include <utility>

#include "base/endpoint_name.h"
#include "engine/discovery.h"
#include "engine/python_environment.h"

extern char** environ;

namespace joulemark::engine {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

std::string variable(const SearchPath& path, const std::string& name) {
  const auto found = path.environment.find(name);
  return found == path.environment.end() ? "" : found->second;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

std::vector<fs::path> plugin_dirs(const SearchPath& path) {
  std::vector<fs::path> dirs;
  for (const std::string& folder : split(variable(path, "JOULEMARK_ENGINE_PATH"), ':'))
    dirs.emplace_back(folder);
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (error) return dirs;
  dirs.push_back(executable.parent_path() / "engines");
  dirs.push_back(executable.parent_path().parent_path() / "lib/joulemark/engines");
  return dirs;
}

fs::path cache_dir(const SearchPath& path) {
  const std::string cache = variable(path, "XDG_CACHE_HOME");
  const std::string home = variable(path, "HOME");
  if (cache.empty() && home.empty()) return {};
  return (cache.empty() ? fs::path(home) / ".cache" : fs::path(cache)) / "joulemark/engines";
}

}  // namespace

SearchPath default_search_path(const std::map<std::string, std::string>& roots) {
  SearchPath path;
  path.roots = roots;
  path.environment = environment();
  path.plugin_dirs = plugin_dirs(path);
  path.cache_dir = cache_dir(path);
  PythonEnvironment python = active_python(path.environment);
  path.python = std::move(python.interpreter);
  path.python_site_dirs = std::move(python.site_dirs);
  return path;
}

SearchPath search_path_of(const Experiment& experiment) {
  SearchPath path = default_search_path(experiment.engine_roots);
  for (const auto& [name, options] : experiment.engine_options)
    if (is_endpoint(options)) path.endpoints.insert(name);
  return path;
}

}  // namespace joulemark::engine
