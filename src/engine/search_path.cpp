// SPDX-License-Identifier: Apache-2.0
// The places where this process looks for engines.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/discovery.h"

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

/// PREFIX/lib/python3*/site-packages and dist-packages; `name` narrows python3* down.
void add_site_dirs(const fs::path& prefix, const std::string& name, std::vector<fs::path>& dirs) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(prefix / "lib", error), end; !error && it != end;
       it.increment(error)) {
    const std::string folder = it->path().filename().string();
    if (name.empty() ? folder.rfind("python3", 0) != 0 : folder != name) continue;
    for (const char* kind : {"site-packages", "dist-packages"})
      if (fs::is_directory(it->path() / kind, error)) found.push_back(it->path() / kind);
  }
  std::sort(found.begin(), found.end());
  dirs.insert(dirs.end(), found.begin(), found.end());
}

fs::path find_program(const std::string& name, const std::string& search) {
  for (const std::string& folder : split(search, ':')) {
    const fs::path candidate = fs::path(folder) / name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

bool is_elf(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 4> magic{};
  stream.read(magic.data(), magic.size());
  return stream && magic == std::array<char, 4>{'\x7f', 'E', 'L', 'F'};
}

/// What a `python3` that is a script (a version manager's) stands for: only it knows.
void ask_python(const fs::path& python, std::vector<fs::path>& dirs) {
  const std::string command =
      "'" + python.string() +
      "' -S -c 'import sysconfig; print(sysconfig.get_paths()[\"purelib\"])' 2>/dev/null";
  if (python.string().find('\'') != std::string::npos) return;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return;
  std::array<char, 4096> line{};
  if (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    std::string text = line.data();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::error_code error;
    if (fs::is_directory(text, error)) dirs.emplace_back(text);
  }
  pclose(pipe);
}

void add_default_python(const SearchPath& path, std::vector<fs::path>& dirs) {
  const std::string home = variable(path, "HOME");
  const fs::path python = find_program("python3", variable(path, "PATH"));
  if (python.empty()) return;
  std::error_code error;
  const fs::path real = fs::canonical(python, error);
  if (error) return;
  if (!is_elf(real)) return ask_python(python, dirs);
  const std::string name = real.filename().string();
  if (!home.empty()) add_site_dirs(fs::path(home) / ".local", name, dirs);
  const fs::path prefix = real.parent_path().parent_path();
  if (prefix == "/usr") add_site_dirs("/usr/local", name, dirs);
  add_site_dirs(prefix, name, dirs);
  if (prefix == "/usr") add_site_dirs(prefix, "python3", dirs);
}

/// The active environment alone, as Python itself has it; else the `python3` that would start.
std::vector<fs::path> python_site_dirs(const SearchPath& path) {
  std::vector<fs::path> dirs;
  for (const char* active : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (const std::string prefix = variable(path, active); !prefix.empty())
      add_site_dirs(prefix, "", dirs);
  if (dirs.empty()) add_default_python(path, dirs);
  return dirs;
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
  path.python_site_dirs = python_site_dirs(path);
  return path;
}

}  // namespace joulemark::engine
