// SPDX-License-Identifier: Apache-2.0
// Cases are handed out one by one to a few threads, each with a worker that it replaces when it
// dies.
#include "run/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>

#include "run/worker_client.h"
#include "run/worker_command.h"

namespace joulemark::run {
namespace {

constexpr Nanoseconds kOpenLimit = 60 * kNanosecondsPerSecond;
/// The signal that sets the stop flag may arrive in any thread; nothing is being measured here.
constexpr Nanoseconds kStopRecheck = 100'000'000;

/// What the threads share.
class Queue {
 public:
  Queue(std::size_t cases, const std::function<void(const CheckCase&)>& on_case)
      : results_(cases), on_case_(on_case) {}

  /// The next case, or nothing when all are handed out or one thread had to give up.
  std::optional<std::size_t> next() {
    const std::lock_guard lock(mutex_);
    if (error_ || next_ == results_.size()) return std::nullopt;
    return next_++;
  }
  void finish(std::size_t index, CheckCase result) {
    const std::lock_guard lock(mutex_);
    results_[index] = std::move(result);
    if (on_case_) on_case_(results_[index]);
  }
  void give_up(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  Result<CheckRun> take() {
    const bool interrupted = error_ && error_->kind == ErrorKind::kInterrupted;
    if (error_ && !interrupted) return fail(*std::move(error_));
    std::erase_if(results_, [](const CheckCase& result) { return result.status.empty(); });
    return CheckRun{.cases = std::move(results_), .interrupted = interrupted};
  }

 private:
  std::mutex mutex_;
  std::vector<CheckCase> results_;
  const std::function<void(const CheckCase&)>& on_case_;
  std::size_t next_ = 0;
  std::optional<Error> error_;
};

/// One thread's worker and the cases it is given.
class Lane {
 public:
  Lane(const CheckOptions& options, WorkerRunner& workers, const std::atomic<bool>& stop)
      : options_(options), workers_(workers), stop_(stop) {}

  /// Fails only when no worker can be had, or when stopped.
  Result<CheckCase> run(const std::filesystem::path& directory, const std::string& name) {
    CheckCase result;
    if (std::string missing = missing_part(directory); !missing.empty()) {
      result.status = "fail";
      result.reason = std::move(missing);
    } else {
      auto tried = try_twice(directory);
      if (!tried) return fail(tried.error());
      result = *std::move(tried);
    }
    result.name = name;
    result.directory = directory;
    return result;
  }

 private:
  Result<CheckCase> try_twice(const std::filesystem::path& directory) {
    const int served_before = served_;
    auto reply = try_case(directory);
    if (!reply) return fail(reply.error());
    if (!*reply && may_be_anothers(reply->error(), served_before)) {
      drop_worker();  // alone in a fresh worker: was it this case, or what came before?
      reply = try_case(directory);
      if (!reply) return fail(reply.error());
    }
    return result_of(*reply);
  }

  static Error interrupted() {
    return {.kind = ErrorKind::kInterrupted, .message = "check was interrupted"};
  }

  /// Whether what came before in the worker may be the cause. A crash is tried again in any case:
  /// it costs little, and some do not come back.
  static bool may_be_anothers(const Failure& failure, int served_before) {
    return !failure.reported && !(served_before == 0 && failure.status == TrialStatus::kTimeout);
  }

  Status open_worker() {
    if (client_) return {};
    served_ = 0;
    auto process = workers_.start(worker_command(options_.install));
    if (!process) return fail(process.error());
    client_.emplace(*std::move(process), ClientOptions{.clock = clock_,
                                                       .stop = stop_,
                                                       .deadline = clock_.now() + kOpenLimit,
                                                       .recheck_ns = kStopRecheck});
    Reply<void> opened = client_->hello();
    if (opened)
      opened = client_->open({.install = options_.install, .provider = options_.provider})
                   .map([](const Opened&) {});
    if (opened) return {};
    client_.reset();
    if (opened.error().interrupted) return fail(interrupted());
    return fail(ErrorKind::kMachine, fmt::format("cannot open engine '{}': {}",
                                                 options_.install.engine, opened.error().reason));
  }

  void drop_worker() {
    client_.reset();
    served_ = 0;
  }

  Result<Reply<Checked>> try_case(const std::filesystem::path& directory) {
    if (auto opened = open_worker(); !opened) return fail(opened.error());
    client_->set_deadline(clock_.now() + to_nanoseconds(options_.case_time_limit_s));
    auto reply =
        client_->check({.directory = directory, .rtol = options_.rtol, .atol = options_.atol});
    if (!reply && reply.error().interrupted) return fail(interrupted());
    ++served_;
    if (!reply) drop_worker();
    return reply;
  }

  /// Why there is no number; a worker that does not tell has ended before it could compare.
  static std::string why_none(const std::optional<double>& value, const std::string& told) {
    if (value) return {};
    return told.empty() ? "not_compared" : told;
  }

  static CheckCase result_of(const Reply<Checked>& reply) {
    CheckCase result;
    if (reply) {
      result.status = reply->status;
      result.max_abs = reply->max_abs;
      result.max_rel = reply->max_rel;
      result.max_abs_reason = why_none(reply->max_abs, reply->max_abs_reason);
      result.max_rel_reason = why_none(reply->max_rel, reply->max_rel_reason);
      result.reason = reply->reason;
      return result;
    }
    result.max_abs_reason = result.max_rel_reason = "not_compared";
    const Failure& failure = reply.error();
    const bool unsupported = failure.status == TrialStatus::kUnsupported;
    result.status = !failure.reported ? "crashed" : unsupported ? "unsupported" : "fail";
    result.reason = failure.reason;
    return result;
  }

  const CheckOptions& options_;
  WorkerRunner& workers_;
  const std::atomic<bool>& stop_;
  SystemClock clock_;
  std::optional<WorkerClient> client_;
  int served_ = 0;  ///< cases of this worker
};

}  // namespace

Result<CheckRun> check_cases(const std::vector<std::filesystem::path>& dirs,
                             const CheckOptions& options, WorkerRunner& workers,
                             const std::atomic<bool>& stop) {
  Queue queue(dirs.size(), options.on_case);
  const auto names = case_names(dirs);
  const auto serve = [&] {
    Lane lane(options, workers, stop);
    while (const auto index = queue.next()) {
      auto result = lane.run(dirs[*index], names[*index]);
      if (!result) return queue.give_up(std::move(result.error()));
      queue.finish(*index, *std::move(result));
    }
  };
  const std::size_t jobs =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::max(options.jobs, 1)), 1,
                              std::max<std::size_t>(dirs.size(), 1));
  // A worker dies with the thread that started it, so each lane lives in one thread.
  std::vector<std::jthread> threads;
  for (std::size_t job = 0; job < jobs; ++job) threads.emplace_back(serve);
  threads.clear();
  return queue.take();
}

}  // namespace joulemark::run
