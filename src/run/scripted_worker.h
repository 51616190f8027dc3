// SPDX-License-Identifier: Apache-2.0
// Test double at the WorkerRunner seam: a worker whose replies, end and output are scripted, on a
// clock that it moves.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "run/worker_runner.h"

namespace joulemark::run {

/// Stands still until it is moved; may be read from any thread.
class StandingClock final : public Clock {
 public:
  Nanoseconds now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void sleep_until(Nanoseconds deadline) override {
    const Nanoseconds time = now();
    if (deadline > time) advance(deadline - time);
  }
  void advance(Nanoseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    if (on_advance) on_advance(now_);
  }
  /// Called with the new time, which nobody can ask for before it is done.
  std::function<void(Nanoseconds)> on_advance;

 private:
  std::mutex mutex_;
  Nanoseconds now_ = kNanosecondsPerSecond;
};

/// One worker: what it was told, and how it stands.
struct Conversation {
  int number = 0;  ///< 0-based count of workers that were started
  WorkerCommand command;
  std::string plugin;  ///< of `open`
  int threads = 0;
  std::int64_t iterations = 0;  ///< of the last window
  WorkerState state = StillRunning{};
  std::string output;
  Remains remains;
  bool killed = false;
};

/// Answers one request; may set state and output of the conversation.
using Reaction = std::function<Received(const nlohmann::json& request, Conversation& conversation)>;

/// A reply as it comes over the wire.
Received reply_line(const nlohmann::json& reply);

/// Answers the check input with outputs that are always the same and not the reference's.
Reaction answers_otherwise();

/// A request that some worker was sent.
struct SentRequest {
  int worker = 0;
  std::string type;
  std::string line;
};

/// Starts workers that behave well unless a reaction is scripted for a request's type. Iterations
/// take 1 ms of the clock.
class ScriptedRunner final : public WorkerRunner {
 public:
  explicit ScriptedRunner(StandingClock& clock) : clock_(clock) {}

  Result<std::unique_ptr<WorkerProcess>> start(const WorkerCommand& command) override;
  /// What the scripted or else the sound worker answers.
  Received react(std::string_view line, Conversation& conversation);
  /// What a sound worker answers.
  Received usual(const nlohmann::json& request, Conversation& conversation);
  StandingClock& clock() { return clock_; }

  std::map<std::string, Reaction> reactions;  ///< by type of request
  std::vector<SentRequest> requests;          ///< of all workers, in order
  std::vector<std::shared_ptr<Conversation>> conversations;

 private:
  StandingClock& clock_;
  std::mutex mutex_;
};

}  // namespace joulemark::run
