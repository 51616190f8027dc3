// SPDX-License-Identifier: Apache-2.0
// A simulated machine that runs: its files in a folder follow its powers as time passes.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sensors/scripted_clock.h"
#include "sim/machine.h"
#include "sim/meters.h"
#include "sim/tree.h"

namespace joulemark::sim {

/// Renders a machine as the tree that `sensors::SensorEnvironment::root` takes for "/". Files are
/// rewritten in place, so open descriptors see new values. The drivers of its boards lie in the
/// tree, and its meters answer on the loopback while the world lives, at the addresses in
/// `sim/meters`. Parts are named by their `at`. Methods may be called from several threads.
class SimWorld {
 public:
  /// `root` is made, or empty, and filled with what the machine shows at second 0; it stays when
  /// the world ends.
  static Result<std::unique_ptr<SimWorld>> create(std::filesystem::path root, Machine machine);

  /// Moves to `seconds` since the start and rewrites what was updated by then. Time never goes
  /// back.
  Status advance_to(double seconds);
  /// Ties the world to `clock`, which must not move after the world has ended: its present time is
  /// second 0.
  void follow(sensors::ScriptedClock& clock);
  /// From now on boards and meters take the time that they take, and boards are at CLOCK_MONOTONIC
  /// less `start_ns`, as whoever calls `advance_to` has it too.
  Status follow_monotonic(Nanoseconds start_ns);

  /// The joules of a scope between two times, or of "total"; fails for a scope that is not there.
  [[nodiscard]] Result<double> true_joules(const std::string& scope, double from_s,
                                           double to_s) const;

  /// The part's files stay as they are from now on.
  Status freeze(std::string_view at);
  /// Ends `freeze` and `write_text`: the counter shows what it counted meanwhile.
  Status thaw(std::string_view at);
  /// Sets the counter to 0, as a foreign reset or a driver reload does.
  Status reset_counter(std::string_view at);
  /// Removes the files with the part's values. Descriptors that are open see nothing new.
  Status remove(std::string_view at);
  /// Puts `text` in place of the part's values, and freezes it.
  Status write_text(std::string_view at, std::string_view text);
  Status set_mode(std::string_view at, std::uint64_t mode);

  [[nodiscard]] const Machine& machine() const { return machine_; }
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  enum class State { kLive, kFrozen, kRemoved };
  struct LivePart {
    const Part* part = nullptr;  ///< in machine_
    Power power = {};
    std::vector<LiveFile> files = {};
    std::vector<std::string> paths = {};
    State state = State::kLive;
    double shown_s = -1;  ///< the update that the files show
    double reset_s = 0;
    std::uint64_t first_raw = 0;
  };
  SimWorld(std::filesystem::path root, Machine machine);
  Status render();
  Status render_parts();
  Status serve_meters();
  Status show(LivePart& live);
  [[nodiscard]] Shown shown_by(const Part& part) const;
  [[nodiscard]] Shown value_of(const LivePart& live, double update_s) const;
  [[nodiscard]] double joules_of(const Power& power, double from_s, double to_s) const;
  [[nodiscard]] Result<LivePart*> find(std::string_view at);

  std::filesystem::path root_;
  const Machine machine_;
  mutable std::mutex mutex_;
  std::vector<LivePart> live_;          ///< guarded by mutex_
  double now_s_ = 0;                    ///< guarded by mutex_, like what follows
  std::optional<LiveFile> clock_ = {};  ///< that the drivers read; empty without boards
  bool is_real_ = false;
  MeteredWorld metered_;
  std::unique_ptr<Meters> meters_;  ///< last: it ends before what it shows
};

}  // namespace joulemark::sim
