// SPDX-License-Identifier: Apache-2.0
// Where Python looks for packages, told from folders and links alone.
#include "engine/python_environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/file.h"

namespace joulemark::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxConfigBytes = 1 << 16;

std::string variable(const Variables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

/// The folders that the .pth files of a site-packages folder name: layered environments do so.
void add_path_files(const fs::path& site, std::vector<fs::path>& dirs) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(site, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".pth") files.push_back(it->path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto text = read_file(file, kMaxConfigBytes);
    std::istringstream lines(text ? *text : "");
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0)
        line.pop_back();
      if (line.empty() || line.front() == '#' || line.starts_with("import ")) continue;
      if (fs::is_directory(site / line, error)) dirs.push_back(site / line);
    }
  }
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
  for (const fs::path& site : found) {
    dirs.push_back(site);
    add_path_files(site, dirs);
  }
}

bool can_run(const fs::path& program) {
  std::error_code error;
  return access(program.c_str(), X_OK) == 0 && !fs::is_directory(program, error);
}

fs::path find_program(const std::string& name, const std::string& search) {
  std::istringstream folders(search);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && can_run(fs::path(folder) / name)) return fs::path(folder) / name;
  return {};
}

/// bin/python3 of a folder, or bin/python; "" without either.
fs::path interpreter_in(const fs::path& prefix) {
  for (const char* name : {"python3", "python"})
    if (can_run(prefix / "bin" / name)) return prefix / "bin" / name;
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
  // NOLINTNEXTLINE(bugprone-command-processor): a quoted path is all that is not our own
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

/// Of an interpreter that is in no virtual environment; `real` is the program itself.
void add_installation(const fs::path& real, const Variables& variables,
                      std::vector<fs::path>& dirs) {
  const std::string home = variable(variables, "HOME");
  const std::string name = real.filename().string();
  if (!home.empty()) add_site_dirs(fs::path(home) / ".local", name, dirs);
  const fs::path prefix = real.parent_path().parent_path();
  if (prefix == "/usr") add_site_dirs("/usr/local", name, dirs);
  add_site_dirs(prefix, name, dirs);
  if (prefix == "/usr") add_site_dirs(prefix, "python3", dirs);
}

/// A value of pyvenv.cfg, "key = value" in lines.
std::string config_value(const std::string& text, const std::string& key) {
  const auto trimmed = [](const std::string& word) {
    const auto first = word.find_first_not_of(" \t\r");
    const auto last = word.find_last_not_of(" \t\r");
    return first == std::string::npos ? std::string() : word.substr(first, last - first + 1);
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (const auto at = line.find('=');
        at != std::string::npos && trimmed(line.substr(0, at)) == key)
      return trimmed(line.substr(at + 1));
  return "";
}

/// A virtual environment's own packages, and those of the Python behind it where it says so.
void add_virtual(const fs::path& prefix, const std::string& config, const Variables& variables,
                 std::vector<fs::path>& dirs) {
  add_site_dirs(prefix, "", dirs);
  if (config_value(config, "include-system-site-packages") != "true") return;
  std::error_code error;
  const fs::path real =
      fs::canonical(interpreter_in(fs::path(config_value(config, "home")).parent_path()), error);
  if (!error) add_installation(real, variables, dirs);
}

/// Distribution names compare without regard to case and to '-', '_' and '.' (PEP 503).
std::string normalised(std::string name) {
  for (char& c : name) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == '-' || c == '.') c = '_';
  }
  return name;
}

PythonEnvironment default_python(const Variables& variables) {
  PythonEnvironment python{find_program("python3", variable(variables, "PATH")), {}};
  std::error_code error;
  const fs::path real = fs::canonical(python.interpreter, error);
  if (error) return {};
  if (is_elf(real))
    add_installation(real, variables, python.site_dirs);
  else
    ask_python(python.interpreter, python.site_dirs);
  return python;
}

}  // namespace

PythonEnvironment active_python(const Variables& variables) {
  PythonEnvironment python;
  for (const char* active : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    const std::string prefix = variable(variables, active);
    if (prefix.empty()) continue;
    add_site_dirs(prefix, "", python.site_dirs);
    if (python.interpreter.empty()) python.interpreter = interpreter_in(prefix);
  }
  return python.site_dirs.empty() ? default_python(variables) : python;
}

Result<PythonEnvironment> python_at(const fs::path& place, const Variables& variables) {
  std::error_code error;
  const bool is_folder = fs::is_directory(place, error);
  PythonEnvironment python{is_folder ? interpreter_in(place) : place, {}};
  if (python.interpreter.empty())
    return fail(ErrorKind::kMachine, "there is no 'bin/python3' in that folder");
  const fs::path real = fs::canonical(python.interpreter, error);
  if (error) return fail(ErrorKind::kMachine, "there is no such file");
  // The folder of the link, not of the program, decides: so Python has it.
  const fs::path prefix = python.interpreter.parent_path().parent_path();
  if (const auto config = read_file(prefix / "pyvenv.cfg", kMaxConfigBytes)) {
    add_virtual(prefix, *config, variables, python.site_dirs);
    return python;
  }
  if (!is_elf(real) || !can_run(real))
    return fail(ErrorKind::kMachine,
                "it is no program of this machine; name the Python that it stands for, or the "
                "folder of a virtual environment");
  add_installation(real, variables, python.site_dirs);
  return python;
}

std::optional<std::string> installed_version(const fs::path& site,
                                             const std::string& distribution) {
  const std::string suffix = ".dist-info";
  std::vector<std::string> versions;
  std::error_code error;
  for (fs::directory_iterator it(site, error), end; !error && it != end; it.increment(error)) {
    const std::string folder = it->path().filename().string();
    if (folder.size() <= suffix.size() || !folder.ends_with(suffix)) continue;
    const std::string stem = folder.substr(0, folder.size() - suffix.size());
    const std::size_t dash = stem.find('-');
    if (dash != std::string::npos && normalised(stem.substr(0, dash)) == normalised(distribution))
      versions.push_back(stem.substr(dash + 1));
  }
  if (versions.empty()) return std::nullopt;
  return *std::min_element(versions.begin(), versions.end());
}

}  // namespace joulemark::engine
