// SPDX-License-Identifier: Apache-2.0
// A machine made of files that a test writes, with a clock that it moves.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sensors/rapl/simulated_powercap.h"

namespace joulemark::sensors {

class TreeMachine {
 public:
  TreeMachine() {
    std::string name = (std::filesystem::temp_directory_path() / "joulemark-tree-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    root_ = name;
  }
  ~TreeMachine() { std::filesystem::remove_all(root_); }
  TreeMachine(const TreeMachine&) = delete;
  TreeMachine& operator=(const TreeMachine&) = delete;

  /// Writes a file below the root, in place where it is there.
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  /// The number in the file grows from 1,000,000 on, by one for each microsecond that the clock
  /// moves: 1 W of microjoules.
  void count(const std::string& path) {
    counters_.push_back(path);
    put(path, std::to_string(kFirst));
    clock_.on_move = [this, begin = clock_.now()](Nanoseconds now) {
      for (const std::string& each : counters_)
        put(each, std::to_string(kFirst + (now - begin) / 1000));
    };
  }
  void find() { found_ = discover({.root = root_, .clock = &clock_}); }
  Readings read() { return read_all(found_.sensors); }
  std::vector<Energy> between(const Readings& begin, const Readings& end) {
    return measure_between(found_.sensors, begin, end, found_.statuses);
  }
  const std::filesystem::path& root() const { return root_; }
  ScriptedClock& clock() { return clock_; }
  const Discovered& found() const { return found_; }
  /// "SENSOR SCOPE REASON" of every row that names a scope; "ok" where it is usable.
  [[nodiscard]] std::vector<std::string> rows() const {
    std::vector<std::string> rows;
    for (const SensorStatus& status : found_.statuses)
      if (!status.scope.empty())
        rows.push_back(status.sensor + " " + status.scope + " " +
                       (status.usable ? "ok" : status.reason));
    return rows;
  }

 private:
  static constexpr std::int64_t kFirst = 1'000'000;
  std::filesystem::path root_;
  std::vector<std::string> counters_;
  ScriptedClock clock_;
  Discovered found_;
};

}  // namespace joulemark::sensors
