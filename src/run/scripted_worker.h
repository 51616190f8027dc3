// SPDX-License-Identifier: Apache-2.0
// Test double at the WorkerRunner seam: a worker whose replies, end and output are scripted, on a
// clock that it moves.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "run/worker_runner.h"

namespace joulemark::run {

/// Stands still until it is moved; may be read from any thread.
class StandingClock final : public Clock {
 public:
  Nanoseconds now() override { return now_; }
  void sleep_until(Nanoseconds deadline) override {
    if (deadline > now_) advance(deadline - now_);
  }
  void advance(Nanoseconds by) {
    now_ += by;
    if (on_advance) on_advance(now_);
  }
  std::function<void(Nanoseconds)> on_advance;

 private:
  std::atomic<Nanoseconds> now_{kNanosecondsPerSecond};
};

/// What one worker has been told so far.
struct Conversation {
  int number = 0;  ///< 0-based count of workers that were started
  WorkerCommand command;
  nlohmann::json open;  ///< the requests of these types
  nlohmann::json go;
  std::int64_t iterations = 0;
  WorkerState state = StillRunning{};
  std::string output;
  bool killed = false;
};

/// Answers one request; may set state and output of the conversation.
using Reaction = std::function<Received(const nlohmann::json& request, Conversation& conversation)>;

inline Received reply_line(const nlohmann::json& reply) {
  return Line{reply.dump()};
}

/// Starts workers that behave well unless a reaction is scripted for a request's type. Iterations
/// take 1 ms.
class ScriptedRunner final : public WorkerRunner {
 public:
  explicit ScriptedRunner(StandingClock& clock) : clock_(clock) {}

  /// By request type; an empty result (Line with "default") is not needed: return `usual(request,
  /// conversation)`.
  std::map<std::string, Reaction> reactions;
  /// Every request of every worker, in order: worker number and request.
  std::vector<std::pair<int, nlohmann::json>> requests;
  std::vector<std::shared_ptr<Conversation>> conversations;

  Result<std::unique_ptr<WorkerProcess>> start(const WorkerCommand& command) override;
  Received react(const nlohmann::json& request, Conversation& conversation) {
    {
      const std::lock_guard lock(mutex_);
      requests.emplace_back(conversation.number, request);
    }
    const auto scripted = reactions.find(request.at("type"));
    return scripted == reactions.end() ? usual(request, conversation)
                                       : scripted->second(request, conversation);
  }
  /// What a sound worker answers.
  Received usual(const nlohmann::json& request, Conversation& conversation);
  StandingClock& clock() { return clock_; }

 private:
  StandingClock& clock_;
  std::mutex mutex_;
};

inline Received ScriptedRunner::usual(const nlohmann::json& request, Conversation& conversation) {
  constexpr Nanoseconds kIteration = 1'000'000;
  const std::string type = request.at("type");
  const Nanoseconds t0 = clock_.now();
  if (type == "hello")
    return reply_line(
        {{"type", "hello"}, {"protocol", 1}, {"worker", "scripted"}, {"version", "0"}});
  if (type == "open") {
    conversation.open = request;
    return reply_line({{"type", "opened"}, {"describe", {{"version", "9.9"}}}});
  }
  if (type == "inputs")
    return reply_line({{"type", "inputs_ready"}, {"tensors", nlohmann::json::array()}});
  if (type == "answer")
    return reply_line({{"type", "answered"},
                       {"effective", {{"threads", conversation.open.value("threads", 0)}}},
                       {"compared", !request.at("reference").is_null()},
                       {"agrees", true},
                       {"max_abs", 0},
                       {"max_rel", 0},
                       {"detail", ""}});
  if (type == "load") {
    clock_.advance(50 * kIteration);
    return reply_line({{"type", "loaded"},
                       {"t0_ns", t0},
                       {"t1_ns", clock_.now()},
                       {"inputs", nlohmann::json::array()},
                       {"outputs", nlohmann::json::array()}});
  }
  if (type == "warmup") {
    clock_.advance(200 * kIteration);
    return reply_line({{"type", "warmed"},
                       {"t0_ns", t0},
                       {"t1_ns", clock_.now()},
                       {"iterations", 200},
                       {"steady", true},
                       {"iteration_ns", kIteration}});
  }
  if (type == "go") {
    conversation.go = request;
    conversation.iterations = request.at("min_ns").get<std::int64_t>() / kIteration;
    clock_.advance(conversation.iterations * kIteration);
    return reply_line({{"type", "done"},
                       {"t0_ns", t0},
                       {"t1_ns", clock_.now()},
                       {"iterations", conversation.iterations}});
  }
  if (type == "durations")
    return reply_line({{"type", "durations"},
                       {"calls_per_record", 1},
                       {"ns", std::vector<std::int64_t>(
                                  static_cast<std::size_t>(conversation.iterations), kIteration)}});
  if (type == "check")
    return reply_line(
        {{"type", "checked"}, {"status", "pass"}, {"max_abs", 0}, {"max_rel", 0}, {"reason", ""}});
  conversation.state = Exited{0};  // quit
  return reply_line({{"type", "bye"}});
}

/// One scripted worker.
class ScriptedProcess final : public WorkerProcess {
 public:
  ScriptedProcess(ScriptedRunner& runner, std::shared_ptr<Conversation> conversation)
      : runner_(runner), conversation_(std::move(conversation)) {}
  ~ScriptedProcess() override { ScriptedProcess::kill(); }

  /// Not a process: sensors that look for it find nothing.
  [[nodiscard]] pid_t pid() const override { return 0; }
  Received send(std::string_view line, Nanoseconds) override {
    if (!std::holds_alternative<StillRunning>(conversation_->state)) return Closed{};
    pending_ = runner_.react(nlohmann::json::parse(line), *conversation_);
    return Line{};
  }
  Received receive(const ReceiveOptions& options) override {
    const Received received = std::exchange(pending_, TimedOut{});
    if (std::holds_alternative<Line>(received)) return received;
    if (options.stop.load()) return Interrupted{};
    if (std::holds_alternative<TimedOut>(received)) runner_.clock().sleep_until(options.deadline);
    return received;
  }
  WorkerState wait(Nanoseconds deadline) override {
    if (std::holds_alternative<StillRunning>(conversation_->state))
      runner_.clock().sleep_until(deadline);
    return conversation_->state;
  }
  void kill() override {
    if (!std::holds_alternative<StillRunning>(conversation_->state)) return;
    conversation_->state = Signalled{9};
    conversation_->killed = true;
  }
  std::string output_tail() override { return conversation_->output; }

 private:
  ScriptedRunner& runner_;
  std::shared_ptr<Conversation> conversation_;
  Received pending_ = TimedOut{};
};

inline Result<std::unique_ptr<WorkerProcess>> ScriptedRunner::start(const WorkerCommand& command) {
  const std::lock_guard lock(mutex_);
  auto conversation = std::make_shared<Conversation>();
  conversation->number = static_cast<int>(conversations.size());
  conversation->command = command;
  conversations.push_back(conversation);
  return std::make_unique<ScriptedProcess>(*this, conversation);
}

}  // namespace joulemark::run
