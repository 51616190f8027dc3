// SPDX-License-Identifier: Apache-2.0
#include "cli/simulation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <optional>
#include <utility>

#include "run/temporary_folder.h"
#include "sim/machine_file.h"
#include "sim/real_time.h"
#include "sim/sim_world.h"

namespace joulemark::cli {
namespace {

constexpr std::string_view kFlag = "--sim";

/// Takes "--sim NAME" or "--sim=NAME" from the begin of the words.
std::optional<std::string> take_name(std::vector<std::string>& words) {
  if (words.empty()) return std::nullopt;
  const std::string with_equals = std::string(kFlag) + "=";
  if (words[0].starts_with(with_equals)) {
    std::string name = words[0].substr(with_equals.size());
    words.erase(words.begin());
    return name;
  }
  if (words[0] != kFlag) return std::nullopt;
  std::string name = words.size() > 1 ? words[1] : "";
  words.erase(words.begin(), words.begin() + (words.size() > 1 ? 2 : 1));
  return name;
}

Status mark(const std::filesystem::path& root, const std::string& name) {
  std::filesystem::create_directories(root / "sim");
  if (std::ofstream(root / "sim/machine") << name << '\n') return {};
  return fail(ErrorKind::kMachine, fmt::format("cannot write below '{}'", root.string()));
}

}  // namespace

struct Simulation::Running {
  run::TemporaryFolder folder;
  std::unique_ptr<sim::SimWorld> world;
  sim::RealTime time;
};

Simulation::Simulation(std::vector<std::string> words, std::unique_ptr<Running> running)
    : words_(std::move(words)), running_(std::move(running)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Result<Simulation> Simulation::of(std::vector<std::string> words) {
  const auto name = take_name(words);
  if (!name) return Simulation(std::move(words), nullptr);
  if (name->empty())
    return fail(ErrorKind::kUsage, fmt::format("--sim needs a machine: a TOML file, or one of {}",
                                               fmt::join(sim::machine_names(), ", ")));
  auto machine = sim::load_machine(*name);
  if (!machine) return fail(machine.error());
  if (words.empty())
    return fail(ErrorKind::kUsage, "--sim needs a command behind the machine, such as doctor");
  const std::string title = machine->name;
  auto folder = run::TemporaryFolder::create();
  if (!folder) return fail(folder.error());
  const auto root = folder->path() / "machine";
  auto world = sim::SimWorld::create(root, *std::move(machine));
  if (!world) return fail(world.error());
  if (auto marked = mark(root, title); !marked) return fail(marked.error());
  words.insert(words.begin() + 1, {"--root", root.string()});
  sim::SimWorld& moved = **world;
  return Simulation(std::move(words),
                    std::unique_ptr<Running>(
                        new Running{*std::move(folder), *std::move(world), sim::RealTime(moved)}));
}

}  // namespace joulemark::cli
