// SPDX-License-Identifier: Apache-2.0
// The thread that owns the engine, and the queue in front of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>

#include "serve/engine/job_queue.h"
#include "serve/engine/prepared_model.h"
#include "serve/engine/service.h"

namespace joulemark::serve {

/// Who is told what happens. All but `prepared` from the thread of the engine or of a client.
struct ServiceEvents {
  /// The model answers, or why it never will: comes once, before any other.
  std::function<void(const worker::Outcome<ServedModel>&)> prepared;
  std::function<void(const Served&)> batch_ended = [](const Served&) {};
  /// How many jobs wait, and how many the engine has.
  std::function<void(std::size_t waiting, std::size_t running)> queue_changed = [](std::size_t,
                                                                                   std::size_t) {};
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

/// Takes jobs from any thread. Everything of the engine happens in a thread of its own, because an
/// engine is called from one: it prepares the model, runs batch after batch, and releases both.
class EngineService final : public Service {
 public:
  using Prepare = std::function<worker::Outcome<PreparedModel>()>;
  EngineService(Prepare prepare, const BatchRule& rule, ServiceEvents events);
  /// Ends as drain() and end_now() do, and waits for the engine.
  ~EngineService() override;
  EngineService(const EngineService&) = delete;
  EngineService& operator=(const EngineService&) = delete;

  /// Once it is prepared.
  [[nodiscard]] const ServedModel& model() const override { return facts_; }
  [[nodiscard]] bool is_ready() const override { return is_ready_; }
  Admission submit(TextJob job) override;
  Admission submit(TensorJob job) override;

  /// Takes no job any more, and finishes those that it has.
  void drain();
  /// Texts end between two steps and waiting jobs do not begin: all with kDraining. A call of the
  /// engine cannot be ended.
  void end_now();
  /// Whether the engine's thread is over within that time.
  bool wait_until_over(Nanoseconds longest);

 private:
  Admission put(Job job);
  void live();
  void serve(PreparedModel& prepared);
  void run_batch(PreparedModel& prepared, std::vector<Job> batch);
  void run_texts(PreparedModel& prepared, std::vector<Job> batch);
  void run_tensors(PreparedModel& prepared, std::vector<Job> batch);
  void refuse_over(const std::vector<Job>& over);
  void tell_queue();

  Prepare prepare_;
  ServiceEvents events_;
  const std::int64_t most_rows_;
  JobQueue queue_;
  ServedModel facts_;
  Joining joining_{facts_};
  SystemClock clock_;
  std::int64_t batches_ = 0;
  std::atomic<std::size_t> running_{0};
  std::mutex telling_;  ///< what is told last is what is so
  std::atomic<bool> is_ready_{false};
  std::atomic<bool> must_end_{false};
  std::promise<void> over_;
  std::future<void> is_over_ = over_.get_future();
  std::thread thread_;  // last: begins when the rest is there
};

}  // namespace joulemark::serve
