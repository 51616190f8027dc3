// SPDX-License-Identifier: Apache-2.0
#include "sim/boards.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/file.h"
#include "base/split.h"

namespace joulemark::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBoards = 64;

const DriverLibrary* driver_of(const Part& part) {
  return find_kind(part.kind)->driver;
}

bool is_word(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What stands in a line of a scenario, where '#' begins a remark.
bool is_plain(const std::string& text) {
  return !text.empty() && text.size() < 100 && text.front() != ' ' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '#'; });
}

void add(std::string& text, const char* key, double value) {
  if (value > 0) text += fmt::format("{} {}\n", key, value);
}

/// The lines of simulated_drivers/scenario.h that are of one board.
std::string scenario_of(const Part& part, const Power& power) {
  const DriverLibrary& driver = *driver_of(part);
  std::string text = fmt::format("gpu {}\n", part.name);
  add(text, "idle_w", power.idle_w);
  add(text, "share", power.share);
  add(text, "publish_ms", part.period_s * 1e3);
  add(text, "phase_ms", part.phase_s * 1e3);
  add(text, "average_ms", part.average_s * 1e3);
  add(text, "visible_ms", part.visible_s * 1e3);
  add(text, "usage_ms", part.usage_s * 1e3);
  add(text, "first_mj", static_cast<double>(part.first_raw) * driver.unit_j * 1e3);
  add(text, "latency_ms", part.latency_s * 1e3);
  add(text, "lost_s", part.lost_s);
  add(text, "reset_s", part.reset_s);
  add(text, "mig", static_cast<double>(part.instances));
  if (part.process > 0) text += fmt::format("process {}\n", part.process);
  for (const std::string& function : split(part.lacks, ' '))
    if (!function.empty()) text += fmt::format("fail {} {}\n", function, driver.not_supported);
  return text;
}

Status copy_library(const DriverLibrary& driver, const fs::path& to) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path from =
      program.parent_path() / "simulated_drivers" / (std::string(driver.built) + ".so");
  fs::copy_file(from, to, error);
  if (!error) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("cannot copy the simulated driver '{}' to '{}': {}; keep the folder "
                          "'simulated_drivers' beside the program",
                          from.string(), to.string(), error.message()));
}

Status install(const fs::path& root, const DriverLibrary& driver, const std::string& scenario) {
  const fs::path library = root / "sim/lib" / driver.name;
  const fs::path device = root / driver.device;
  std::error_code error;
  fs::create_directories(library.parent_path(), error);
  fs::create_directories(device.parent_path(), error);
  if (auto written = write_file(device, ""); !written) return written;
  if (auto written = write_file(library.string() + ".scenario", scenario); !written) return written;
  return copy_library(driver, library);
}

}  // namespace

std::string board_part_objection(const Part& part) {
  if (part.at.empty() || part.at.size() > 2 || !is_word(part.at))
    return "'at' must be the number of the board, as \"0\"";
  if (!is_plain(part.name))
    return "'name' must be less than 100 printable characters of ASCII, without '#'";
  for (const std::string& function : split(part.lacks, ' '))
    if (!is_word(function) || part.lacks.size() > 1000)
      return "'lacks' must be names of the driver's functions, separated by blanks";
  return "";
}

std::string board_objection(const Machine& machine) {
  std::map<std::string, std::string> kinds;
  std::map<std::string, std::size_t> boards;
  for (const Part& part : machine.parts) {
    const Kind* kind = find_kind(part.kind);
    if (kind == nullptr || kind->driver == nullptr) continue;
    const std::string library = kind->driver->name;
    const auto [known, is_new] = kinds.try_emplace(library, part.kind);
    if (!is_new && known->second != part.kind)
      return fmt::format("boards of '{}' and '{}' have one library: a machine has one of the two",
                         known->second, part.kind);
    const std::size_t number = boards[library]++;
    if (part.at != std::to_string(number) || number >= kMostBoards)
      return fmt::format("the boards of '{}' must be numbered from 0 to {} at most, in order",
                         part.kind, kMostBoards - 1);
  }
  return "";
}

bool has_boards(const Machine& machine) {
  return std::any_of(machine.parts.begin(), machine.parts.end(),
                     [](const Part& part) { return driver_of(part) != nullptr; });
}

Status install_drivers(const fs::path& root, const Machine& machine) {
  std::map<const DriverLibrary*, std::string> scenarios;
  for (const Part& part : machine.parts) {
    const DriverLibrary* driver = driver_of(part);
    if (driver == nullptr) continue;
    std::string& text = scenarios[driver];
    if (text.empty())
      text = fmt::format("driver {}\nload {}\n", driver->version, machine.load.text());
    text += scenario_of(part, machine.scopes.at(part.shows));
  }
  for (const auto& [driver, text] : scenarios)
    if (auto installed = install(root, *driver, text); !installed) return installed;
  return {};
}

}  // namespace joulemark::sim
