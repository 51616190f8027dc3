// SPDX-License-Identifier: Apache-2.0
// One conversation with one worker: typed requests, checked replies, deadlines.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "joulemark/experiment.h"
#include "joulemark/worker_protocol.h"
#include "run/generated.h"
#include "run/reply.h"
#include "run/worker_runner.h"

namespace joulemark::run {

struct ClientOptions {
  Clock& clock;
  const std::atomic<bool>& stop;
  /// No reply is waited for longer than this.
  Nanoseconds deadline = 0;
  /// See ReceiveOptions::recheck_ns.
  Nanoseconds recheck_ns = 0;
  /// Whether the kernel has killed a process of ours for memory since the worker started.
  std::function<bool()> killed_for_memory = {};
};

/// What the worker shall open.
struct OpenRequest {
  EngineInstall install;
  std::string provider = "cpu";
  int threads = 1;
  std::vector<int> affinity = {};
  std::map<std::string, std::string> options = {};
};

struct InputsRequest {
  const ModelSpec& model;
  std::uint64_t seed = 1;
  int batch = 1;
};

/// Empty paths are null on the wire.
struct AnswerRequest {
  std::filesystem::path directory;
  std::filesystem::path reference;
  std::int64_t requests = 0;  ///< of a language model's, the first; 0: all
};

/// Owns the worker; destroying it kills it. After a failure that was not `reported` the worker is
/// dead and nothing more may be asked.
class WorkerClient {
 public:
  WorkerClient(std::unique_ptr<WorkerProcess> process, ClientOptions options);

  Reply<void> hello();
  Reply<Opened> open(const OpenRequest& request);
  Reply<std::vector<OperatorRange>> operators();
  Reply<void> export_model(const protocol::ExportRequest& request);
  Reply<Loaded> load(const std::string& model, const std::string& precision);
  /// Of a worker that said so when it loaded; empty where there was nothing to build.
  Reply<std::optional<Built>> build();
  Reply<void> inputs(const InputsRequest& request);
  /// Instead of inputs, for a language model.
  Reply<void> prompts(const protocol::PromptsRequest& request);
  Reply<Answered> answer(const AnswerRequest& request);
  Reply<Warmed> warm_up(const protocol::WarmupRequest& request);
  /// `exchange`, when not null, tells when `go` was sent.
  Reply<Done> go(const protocol::GoRequest& request, Exchange* exchange);
  Reply<Durations> durations(const Done& done);
  Reply<Checked> check(const protocol::CheckRequest& request);
  Reply<Generated> generate(const protocol::GenerateRequest& request);
  /// Needs no engine. `buffer_bytes`: of what is read.
  Reply<Ceilings> ceilings(std::int64_t buffer_bytes);
  /// Waits until `until` with the worker idle; it must stay silent and alive.
  Reply<void> rest(Nanoseconds until);
  /// Asks it to end and waits so long; kills it when it does not. What it measured is unaffected.
  /// False where it did not end by itself and had to be killed.
  bool quit(Nanoseconds longest = 5 * kNanosecondsPerSecond);

  /// A new limit for the requests that follow; the time of "… s after the start" counts from now.
  void set_deadline(Nanoseconds deadline) {
    options_.deadline = deadline;
    limit_from_ns_ = options_.clock.now();
  }
  [[nodiscard]] WorkerProcess& process() { return *process_; }

 private:
  struct Answer {
    std::string line;
    Exchange exchange;
  };
  Reply<Answer> exchange(std::string_view request, const std::string& line);
  [[nodiscard]] bool is_ended_with_us(const WorkerState& state) const;
  Failure died(std::string_view request);
  Failure timed_out(std::string_view request);
  Failure interrupted();
  Failure give_up(TrialStatus status, std::string reason);
  /// Ends the worker when the failure is not one that it reported itself.
  template <class T>
  Reply<T> settle(Reply<T> reply);

  std::unique_ptr<WorkerProcess> process_;
  ClientOptions options_;
  Nanoseconds started_ns_;
  Nanoseconds limit_from_ns_;
};

}  // namespace joulemark::run
