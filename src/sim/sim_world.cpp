// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/suggest.h"
#include "sim/boards.h"

namespace joulemark::sim {
namespace {

namespace fs = std::filesystem;

/// The time of the last update that is not after `now_s`.
double last_update_s(const Part& part, double now_s) {
  if (part.period_s <= 0) return now_s;
  return std::floor((now_s + part.phase_s) / part.period_s) * part.period_s - part.phase_s;
}

/// Always as long, so that a reader in another thread sees one time or another.
std::string scripted_time(double seconds) {
  return fmt::format("scripted {:020}\n", to_nanoseconds(seconds));
}

}  // namespace

SimWorld::SimWorld(fs::path root, Machine machine)
    : root_(std::move(root)), machine_(std::move(machine)) {}

Result<std::unique_ptr<SimWorld>> SimWorld::create(fs::path root, Machine machine) {
  std::unique_ptr<SimWorld> world(new SimWorld(std::move(root), std::move(machine)));
  if (auto rendered = world->render(); !rendered) return fail(rendered.error());
  return world;
}

Status SimWorld::render() {
  if (auto still = render_still(root_, machine_); !still) return still;
  if (auto parts = render_parts(); !parts) return parts;
  if (has_boards(machine_)) {
    if (auto installed = install_drivers(root_, machine_); !installed) return installed;
    auto clock = LiveFile::create(root_, {.path = "sim/clock", .text = scripted_time(0)});
    if (!clock) return fail(clock.error());
    clock_ = *std::move(clock);
  }
  if (auto served = serve_meters(); !served) return served;
  return render_links(root_, machine_);
}

Status SimWorld::render_parts() {
  for (const Part& part : machine_.parts) {
    LivePart live{.part = &part, .first_raw = part.first_raw};
    if (!part.shows.empty()) live.power = machine_.scopes.at(part.shows);
    const Shown shown = value_of(live, last_update_s(part, 0));
    for (const TreeFile& file : find_kind(part.kind)->live(part, shown)) {
      auto made = LiveFile::create(root_, file);
      if (!made) return fail(made.error());
      live.files.push_back(*std::move(made));
      live.paths.push_back(file.path);
    }
    if (!live.files.empty()) live_.push_back(std::move(live));
  }
  return {};
}

Status SimWorld::serve_meters() {
  metered_ = {.shown = [this](const Part& part) { return shown_by(part); },
              .takes_time =
                  [this] {
                    const std::lock_guard lock(mutex_);
                    return is_real_;
                  }};
  auto meters = Meters::serve(machine_, metered_);
  if (!meters) return fail(meters.error());
  meters_ = *std::move(meters);
  if (meters_->addresses().empty()) return {};
  const std::string text = fmt::format("{}\n", fmt::join(meters_->addresses(), "\n"));
  const auto file = LiveFile::create(root_, {.path = "sim/meters", .text = text});
  return file ? Status() : fail(file.error());
}

Shown SimWorld::shown_by(const Part& part) const {
  const std::lock_guard lock(mutex_);
  const LivePart live{.part = &part, .power = machine_.scopes.at(part.shows)};
  return value_of(live, last_update_s(part, now_s_));
}

double SimWorld::joules_of(const Power& power, double from_s, double to_s) const {
  const double from = std::max(0.0, from_s);
  const double to = std::max(from, to_s);
  return power.idle_w * (to - from) + power.share * machine_.load.integral(from, to);
}

Shown SimWorld::value_of(const LivePart& live, double update_s) const {
  const Power& power = live.power;
  const double average_s = live.part->average_s;
  const double watts = average_s > 0 && update_s >= average_s
                           ? joules_of(power, update_s - average_s, update_s) / average_s
                           : power.idle_w + power.share * machine_.load.watts(update_s);
  return {.update_s = update_s,
          .joules = joules_of(power, live.reset_s, update_s),
          .watts = watts,
          .first_raw = live.first_raw};
}

/// Writes the part's files when it was updated since they were written.
Status SimWorld::show(LivePart& live) {
  if (live.state != State::kLive) return {};
  const double update_s = last_update_s(*live.part, now_s_);
  if (update_s == live.shown_s) return {};
  const auto files = find_kind(live.part->kind)->live(*live.part, value_of(live, update_s));
  for (std::size_t i = 0; i < files.size(); ++i)
    if (auto written = live.files[i].write(files[i].text); !written) return written;
  live.shown_s = update_s;
  return {};
}

Status SimWorld::advance_to(double seconds) {
  const std::lock_guard lock(mutex_);
  now_s_ = std::max(now_s_, seconds);
  if (clock_ && !is_real_)
    if (auto told = clock_->write(scripted_time(now_s_)); !told) return told;
  for (LivePart& live : live_)
    if (auto shown = show(live); !shown) return shown;
  return {};
}

void SimWorld::follow(sensors::ScriptedClock& clock) {
  const Nanoseconds start = clock.now();
  clock.on_move = [this, start](Nanoseconds now) {
    // A disk that is full fails the test that reads the tree.
    (void)advance_to(to_seconds(now - start));
  };
}

Status SimWorld::follow_monotonic(Nanoseconds start_ns) {
  const std::lock_guard lock(mutex_);
  is_real_ = true;
  return clock_ ? clock_->write(fmt::format("monotonic {:020}\n", start_ns)) : Status();
}

Result<double> SimWorld::true_joules(const std::string& scope, double from_s, double to_s) const {
  if (scope == "total") {
    double joules = 0;
    for (const std::string& part : machine_.total)
      joules += joules_of(machine_.scopes.at(part), from_s, to_s);
    return joules;
  }
  const auto power = machine_.scopes.find(scope);
  if (power == machine_.scopes.end())
    return fail(ErrorKind::kUsage, fmt::format("'{}' has no scope '{}'", machine_.name, scope));
  return joules_of(power->second, from_s, to_s);
}

Result<SimWorld::LivePart*> SimWorld::find(std::string_view at) {
  std::vector<std::string> places;
  for (LivePart& live : live_) {
    if (live.part->at == at) return &live;
    places.push_back(live.part->at);
  }
  return fail(ErrorKind::kUsage, fmt::format("'{}' has nothing with a value at '{}'{}",
                                             machine_.name, at, did_you_mean(at, places)));
}

Status SimWorld::freeze(std::string_view at) {
  const std::lock_guard lock(mutex_);
  const auto live = find(at);
  if (!live) return fail(live.error());
  if ((*live)->state == State::kLive) (*live)->state = State::kFrozen;
  return {};
}

Status SimWorld::thaw(std::string_view at) {
  const std::lock_guard lock(mutex_);
  const auto live = find(at);
  if (!live) return fail(live.error());
  if ((*live)->state == State::kFrozen) (*live)->state = State::kLive;
  (*live)->shown_s = -1;
  return show(**live);
}

Status SimWorld::reset_counter(std::string_view at) {
  const std::lock_guard lock(mutex_);
  const auto live = find(at);
  if (!live) return fail(live.error());
  (*live)->reset_s = now_s_;
  (*live)->first_raw = 0;
  (*live)->shown_s = -1;
  return show(**live);
}

Status SimWorld::remove(std::string_view at) {
  const std::lock_guard lock(mutex_);
  const auto live = find(at);
  if (!live) return fail(live.error());
  (*live)->state = State::kRemoved;
  for (const std::string& path : (*live)->paths) {
    std::error_code error;
    fs::remove(root_ / path, error);
    if (error)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot remove '{}': {}", (root_ / path).string(), error.message()));
  }
  return {};
}

Status SimWorld::write_text(std::string_view at, std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto live = find(at);
  if (!live) return fail(live.error());
  if ((*live)->state == State::kLive) (*live)->state = State::kFrozen;
  for (LiveFile& file : (*live)->files)
    if (auto written = file.write(text); !written) return written;
  return {};
}

Status SimWorld::set_mode(std::string_view at, std::uint64_t mode) {
  const std::lock_guard lock(mutex_);
  const auto live = find(at);
  if (!live) return fail(live.error());
  for (LiveFile& file : (*live)->files)
    if (auto set = file.set_mode(mode); !set) return set;
  return {};
}

}  // namespace joulemark::sim
