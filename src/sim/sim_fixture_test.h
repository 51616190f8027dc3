// SPDX-License-Identifier: Apache-2.0
// A world in a folder of its own, with virtual time and the real sensors, for tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sim/machine_file.h"
#include "sim/sim_world.h"

namespace joulemark::sim {

/// A folder that is there as long as the object.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "joulemark-sim-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

template <class T>
T expect(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// A window: what the sensors said, and when.
struct Window {
  std::vector<Energy> energies;
  double from_s = 0;
  double to_s = 0;
};

class Bench {
 public:
  explicit Bench(Machine machine)
      : world_(expect(SimWorld::create(folder_.path(), std::move(machine)))) {
    world_->follow(clock_);
  }
  explicit Bench(const std::string& name) : Bench(expect(load_machine(name))) {}

  SimWorld& world() { return *world_; }
  sensors::ScriptedClock& clock() { return clock_; }
  sensors::Discovered& found() { return found_; }
  void find() { found_ = sensors::discover({.root = folder_.path(), .clock = &clock_}); }
  [[nodiscard]] double now_s() { return to_seconds(clock_.now() - start_); }
  sensors::Readings read() { return sensors::read_all(found_.sensors); }
  std::vector<Energy> between(const sensors::Readings& begin, const sensors::Readings& end) {
    return sensors::measure_between(found_.sensors, begin, end, found_.statuses);
  }
  Window window(double seconds) {
    Window window{.energies = {}, .from_s = now_s()};
    const sensors::Readings begin = read();
    clock_.advance_s(seconds);
    window.to_s = now_s();
    window.energies = between(begin, read());
    return window;
  }
  double truth(const std::string& scope, const Window& window) {
    return expect(world_->true_joules(scope, window.from_s, window.to_s));
  }
  std::string text(const std::string& path) {
    std::ifstream file(folder_.path() / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  Folder folder_;
  sensors::ScriptedClock clock_;
  Nanoseconds start_ = clock_.now();
  std::unique_ptr<SimWorld> world_;
  sensors::Discovered found_;
};

inline const Energy& scope(const std::vector<Energy>& energies, const std::string& name) {
  for (const Energy& energy : energies)
    if (energy.scope == name) return energy;
  throw std::runtime_error("no energy of " + name);
}

/// "usable", or the reason why a row is not, "no row".
inline std::string reason_of(const sensors::Discovered& found, const std::string& sensor,
                             const std::string& name) {
  for (const SensorStatus& status : found.statuses)
    if (status.scope == name && status.sensor == sensor)
      return status.usable ? "usable" : status.reason;
  return "no row";
}

/// The machine without its parts of kind `kind`.
inline Machine without(Machine machine, const std::string& kind) {
  std::erase_if(machine.parts, [&](const Part& part) { return part.kind == kind; });
  return machine;
}

}  // namespace joulemark::sim
