// SPDX-License-Identifier: Apache-2.0
#include "run/window_use.h"

#include <nlohmann/json.hpp>

namespace joulemark::run {
namespace {

using sensors::ProcessCounters;

constexpr const char* kNotOurs = "not_ours";
/// Of the worker, which only waits for the server.
constexpr WindowFact kOfTheWorker[] = {WindowFact::kReadBytes, WindowFact::kWrittenBytes,
                                       WindowFact::kWaitedCpu};
/// Of the worker's group, or of all but what we have started.
constexpr WindowFact kAroundTheWorker[] = {
    WindowFact::kGroupCpu,  WindowFact::kGroupThrottles, WindowFact::kGroupThrottled,
    WindowFact::kGroupPeak, WindowFact::kGroupReadBytes, WindowFact::kGroupWrittenBytes,
    WindowFact::kForeignCpu};

Result<ProcessCounters> read_begin(const std::filesystem::path& root, int worker, WorkPlace place) {
  if (place == WorkPlace::kChildren) return sensors::read_started_at_begin(root, worker);
  return sensors::read_process_at_begin(root, worker);
}

/// The process whose control group is the work's: the server's is a group of its own where one
/// could be made.
int group_member(const std::filesystem::path& root, int worker, WorkPlace place) {
  if (place != WorkPlace::kChildren) return worker;
  return sensors::first_child_of(root, worker).value_or(worker);
}

}  // namespace

WorkPlace work_place_of(const std::string& describe_json) {
  const auto description = nlohmann::json::parse(describe_json, nullptr, false);
  if (!description.is_object() || !description.contains("work")) return WorkPlace::kWorker;
  if (description["work"] == "children") return WorkPlace::kChildren;
  return description["work"] == "elsewhere" ? WorkPlace::kElsewhere : WorkPlace::kWorker;
}

Nanoseconds longest_end(WorkPlace place) {
  return (place == WorkPlace::kChildren ? 75 : 5) * kNanosecondsPerSecond;
}

WindowUse::WindowUse(const std::filesystem::path& root, int worker, WorkPlace place)
    : root_(sensors::process_root(root, worker)),
      worker_(worker),
      place_(place),
      begin_(read_begin(root_, worker, place)),
      client_cpu_s_(sensors::process_cpu_s(worker)),
      watch_(root, group_member(root_, worker, place)) {}

Resources WindowUse::of_processes() const {
  if (place_ == WorkPlace::kElsewhere || !begin_) return {};
  const auto end = place_ == WorkPlace::kChildren ? sensors::read_started(root_, worker_)
                                                  : sensors::read_process(root_, worker_);
  return end ? sensors::resources_between(*begin_, *end) : Resources{};
}

Resources WindowUse::end() const {
  const auto client_cpu_s = sensors::process_cpu_s(worker_);
  Resources resources = of_processes();
  resources.facts = watch_.end();
  if (place_ == WorkPlace::kWorker) return resources;
  describe_client(resources.facts);
  if (client_cpu_s_ && client_cpu_s)
    resources.facts[WindowFact::kClientCpu] = {*client_cpu_s - *client_cpu_s_, ""};
  return resources;
}

void WindowUse::describe_client(WindowFacts& facts) const {
  facts[WindowFact::kClientCpu] = {std::nullopt, "unreadable"};
  for (const WindowFact fact : kOfTheWorker)
    facts[fact] = {std::nullopt, place_ == WorkPlace::kChildren ? "not_sampled" : kNotOurs};
  if (place_ == WorkPlace::kElsewhere)
    for (const WindowFact fact : kAroundTheWorker) facts[fact] = {std::nullopt, kNotOurs};
}

}  // namespace joulemark::run
