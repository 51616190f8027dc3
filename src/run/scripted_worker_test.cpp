// SPDX-License-Identifier: Apache-2.0
// The scripted worker of the tests, and what it answers when nothing is scripted.
#include "run/scripted_worker.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace joulemark::run {

using nlohmann::json;

Received reply_line(const json& reply) {
  return Line{reply.dump()};
}

Reaction answers_otherwise() {
  return [own = json()](const json& request, Conversation&) mutable {
    if (!request.at("directory").is_null()) own = request.at("directory");
    return reply_line({{"type", "answered"},
                       {"effective", json::object()},
                       {"compared", !request.at("reference").is_null()},
                       {"agrees", request.at("reference") == own},
                       {"max_abs", 0.5},
                       {"max_rel", 0.1},
                       {"detail", "output 'y' differs most at [3]"}});
  };
}

Received ScriptedRunner::react(std::string_view line, Conversation& conversation) {
  const json request = json::parse(line);
  const std::string type = request.at("type");
  {
    const std::lock_guard lock(mutex_);
    requests.push_back({.worker = conversation.number, .type = type, .line = std::string(line)});
  }
  const auto scripted = reactions.find(type);
  return scripted == reactions.end() ? usual(request, conversation)
                                     : scripted->second(request, conversation);
}

Received ScriptedRunner::usual(const json& request, Conversation& conversation) {
  constexpr Nanoseconds kIteration = 1'000'000;
  const std::string type = request.at("type");
  const Nanoseconds t0 = clock_.now();
  if (type == "hello")
    return reply_line(
        {{"type", "hello"}, {"protocol", 1}, {"worker", "scripted"}, {"version", "0"}});
  if (type == "open") {
    conversation.plugin = request.at("plugin");
    conversation.threads = request.at("threads");
    return reply_line({{"type", "opened"}, {"describe", {{"version", "9.9"}}}});
  }
  if (type == "inputs") return reply_line({{"type", "inputs_ready"}, {"tensors", json::array()}});
  if (type == "answer")
    return reply_line({{"type", "answered"},
                       {"effective", {{"threads", conversation.threads}}},
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
                       {"inputs", json::array()},
                       {"outputs", json::array()}});
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

namespace {

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
    pending_ = runner_.react(line, *conversation_);
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
  Remains end(Nanoseconds) override {
    ScriptedProcess::kill();
    return conversation_->remains;
  }
  std::string output_tail() override { return conversation_->output; }

 private:
  ScriptedRunner& runner_;
  std::shared_ptr<Conversation> conversation_;
  Received pending_ = TimedOut{};
};

}  // namespace

Result<std::unique_ptr<WorkerProcess>> ScriptedRunner::start(const WorkerCommand& command) {
  const std::lock_guard lock(mutex_);
  auto conversation = std::make_shared<Conversation>();
  conversation->number = static_cast<int>(conversations.size());
  conversation->command = command;
  conversations.push_back(conversation);
  return std::make_unique<ScriptedProcess>(*this, conversation);
}

}  // namespace joulemark::run
