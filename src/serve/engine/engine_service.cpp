// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/engine_service.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "serve/engine/tensor_batch.h"
#include "serve/engine/text_batch.h"

namespace joulemark::serve {
namespace {

template <class T>
std::vector<T> all_of(std::vector<Job> batch) {
  std::vector<T> jobs;
  jobs.reserve(batch.size());
  for (Job& job : batch) jobs.push_back(std::get<T>(std::move(job)));
  return jobs;
}

void refuse_all(const std::vector<Job>& jobs, Ending ending, const char* why) {
  for (const Job& job : jobs)
    refuse(job, {.ending = ending,
                 .message = why,
                 .served = {.arrived = timing_of(job).arrived, .end = monotonic_now()}});
}

Outcome over_outcome(const Job& job) {
  Outcome outcome{.ending = Ending::kExpired,
                  .message = "the time limit has passed while the request waited for the engine"};
  if (is_gone(job)) outcome = {.ending = Ending::kGone, .message = "the client has gone"};
  outcome.served.arrived = timing_of(job).arrived;
  outcome.served.end = monotonic_now();
  return outcome;
}

}  // namespace

EngineService::EngineService(Prepare prepare, const BatchRule& rule, ServiceEvents events)
    : prepare_(std::move(prepare)),
      events_(std::move(events)),
      most_rows_(rule.max_rows),
      queue_(rule),
      thread_([this] { live(); }) {}

EngineService::~EngineService() {
  drain();
  end_now();
  thread_.join();
}

Admission EngineService::submit(TextJob job) {
  return put(std::move(job));
}
Admission EngineService::submit(TensorJob job) {
  return put(std::move(job));
}

Admission EngineService::put(Job job) {
  const Admission admission = queue_.put(std::move(job));
  if (admission == Admission::kTaken) tell_queue();
  return admission;
}

void EngineService::drain() {
  is_ready_ = false;
  queue_.close();
}

void EngineService::end_now() {
  must_end_ = true;
}

bool EngineService::wait_until_over(Nanoseconds longest) {
  return is_over_.wait_for(std::chrono::nanoseconds(longest)) == std::future_status::ready;
}

void EngineService::live() {
  if (auto prepared = prepare_()) {
    facts_ = prepared->facts;
    joining_ = Joining(facts_);
    for (const std::string& note : prepared->notes) events_.log(note);
    if (most_rows_ > 1 && !facts_.inputs.empty() && !joining_.obstacle().empty())
      events_.log(fmt::format("requests are not joined to batches: {}", joining_.obstacle()));
    is_ready_ = true;
    events_.prepared(facts_);
    serve(*prepared);
  } else {
    events_.prepared(worker::fail(prepared.error()));
  }
  over_.set_value();
}

void EngineService::serve(PreparedModel& prepared) {
  for (;;) {
    Taken taken = queue_.take(joining_);
    if (taken.batch.empty() && taken.over.empty()) return;
    refuse_over(taken.over);
    if (taken.batch.empty()) continue;
    running_ = taken.batch.size();
    tell_queue();
    run_batch(prepared, std::move(taken.batch));
    running_ = 0;
    tell_queue();
  }
}

void EngineService::run_batch(PreparedModel& prepared, std::vector<Job> batch) {
  const bool is_text = std::holds_alternative<TextJob>(batch.front());
  if (must_end_) return refuse_all(batch, Ending::kDraining, "the server ends");
  if (is_text && !facts_.vocabulary)
    return refuse_all(batch, Ending::kUnfit, "the model is no language model");
  if (!is_text && facts_.inputs.empty())
    return refuse_all(batch, Ending::kUnfit, "the model takes texts, no tensors");
  if (is_text)
    run_texts(prepared, std::move(batch));
  else
    run_tensors(prepared, std::move(batch));
}

void EngineService::run_texts(PreparedModel& prepared, std::vector<Job> batch) {
  TextBatch texts(all_of<TextJob>(std::move(batch)), static_cast<std::size_t>(*facts_.vocabulary));
  texts.run({.model = prepared.model,
             .clock = clock_,
             .must_end = must_end_,
             .batches = batches_,
             .ended = events_.batch_ended,
             // Nobody waits longer than the time limit for an answer because a text takes long.
             .between = [this] { refuse_over(queue_.take_over(clock_.now())); }});
}

void EngineService::run_tensors(PreparedModel& prepared, std::vector<Job> batch) {
  const std::string obstacle =
      run_tensor_batch(all_of<TensorJob>(std::move(batch)), {.model = prepared.model,
                                                             .clock = clock_,
                                                             .must_end = must_end_,
                                                             .batches = batches_,
                                                             .ended = events_.batch_ended});
  if (obstacle.empty()) return;
  events_.log(fmt::format("requests are not joined to batches any more: {}", obstacle));
  joining_.give_up(obstacle);
}

void EngineService::refuse_over(const std::vector<Job>& over) {
  for (const Job& job : over) refuse(job, over_outcome(job));
  if (!over.empty()) tell_queue();
}

void EngineService::tell_queue() {
  const std::lock_guard lock(telling_);
  events_.queue_changed(queue_.size(), running_);
}

}  // namespace joulemark::serve
