// SPDX-License-Identifier: Apache-2.0
// A request costs one short lock; rendering copies what is counted and formats the copy. The
// families and their buckets are named after those of the servers in use.
#include "serve/metrics/metrics.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <mutex>
#include <utility>

#include "serve/metrics/process.h"
#include "serve/metrics/text.h"

namespace joulemark::serve {
namespace {

/// Of requests and their parts, s: what the HTTP layer adds takes tens of microseconds, a long text
/// minutes.
constexpr std::array kSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                              0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5,
                              5.0,    10.0,    30.0,   60.0,  120.0,  300.0};
constexpr std::array kJobs{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0};

/// What is told of one route.
struct RouteCounts {
  std::map<int, std::uint64_t> by_status;
  Histogram duration;
};

/// Batches whose answers are still coming: those of one are told of by each of its jobs, which may
/// come in any order when some wait for their energy.
constexpr std::size_t kRecentBatches = 4096;

struct Counts {
  std::map<std::string, RouteCounts> routes;
  Histogram queue, engine, first_token, between_tokens, batch_jobs;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t new_tokens = 0;
  std::size_t waiting = 0;
  std::size_t running = 0;
  EnergyFact energy = {.reason = "no sensor was asked yet"};
};

double seconds_between(Nanoseconds from, Nanoseconds to) {
  return to > from ? to_seconds(to - from) : 0;
}

void append_requests(MetricsText& text, const Counts& counts) {
  text.family("joulemark_requests_total", "counter",
              "Requests by route and HTTP status; 499: the client had gone.");
  for (const auto& [route, of_route] : counts.routes)
    for (const auto& [status, count] : of_route.by_status)
      text.sample(static_cast<double>(count),
                  {{"route", route}, {"status", std::to_string(status)}});
  text.family("joulemark_request_duration_seconds", "histogram",
              "From a request's arrival until its answer was whole; status 200 alone.");
  for (const auto& [route, of_route] : counts.routes)
    text.histogram(of_route.duration, kSeconds, {{"route", route}});
}

void append_histograms(MetricsText& text, const Counts& counts) {
  const auto put = [&](const char* name, const char* help, const Histogram& histogram) {
    text.family(name, "histogram", help);
    text.histogram(histogram, kSeconds);
  };
  put("joulemark_request_queue_seconds", "From a request's arrival until the engine began with it.",
      counts.queue);
  put("joulemark_request_engine_seconds", "While the engine had the request.", counts.engine);
  put("joulemark_time_to_first_token_seconds", "From a request's arrival to its first new token.",
      counts.first_token);
  put("joulemark_inter_token_latency_seconds", "Between the new tokens of a text.",
      counts.between_tokens);
  text.family("joulemark_batch_size", "histogram", "Requests that the engine had at once.");
  text.histogram(counts.batch_jobs, kJobs);
}

void append_counts(MetricsText& text, const Counts& counts) {
  const auto put = [&](const char* name, const char* type, const char* help, auto value) {
    text.family(name, type, help);
    text.sample(static_cast<double>(value));
  };
  put("joulemark_prompt_tokens_total", "counter", "Tokens of prompts.", counts.prompt_tokens);
  put("joulemark_generation_tokens_total", "counter", "New tokens.", counts.new_tokens);
  put("joulemark_requests_waiting", "gauge", "Requests that wait for the engine.", counts.waiting);
  put("joulemark_requests_running", "gauge", "Requests that the engine has.", counts.running);
}

/// Joules that were not measured are absent, with the reason.
void append_energy(MetricsText& text, const EnergyFact& energy) {
  text.family("joulemark_energy_info", "gauge",
              "Whether energy is measured, and the reason where it is not.");
  text.sample(1,
              {{"measured", energy.reason.empty() ? "true" : "false"}, {"reason", energy.reason}});
  if (!energy.reason.empty()) return;
  text.family("joulemark_energy_joules_total", "counter",
              "Energy of the machine since the server began.");
  text.sample(energy.joules);
  text.family("joulemark_request_energy_joules_total", "counter",
              "Energy that was put down to requests.");
  text.sample(energy.busy_joules);
}

}  // namespace

class Metrics::Impl {
 public:
  void describe(const ServedModel& model) {
    const std::lock_guard lock(mutex_);
    name_ = model.name;
    engine_ = model.engine;
    version_ = model.version;
  }

  void request(const RequestFact& fact) {
    const Served& served = fact.served;
    const std::lock_guard lock(mutex_);
    RouteCounts& route = counts_.routes[fact.route];
    ++route.by_status[fact.status];
    if (served.begin != 0) {
      counts_.queue.observe(seconds_between(served.arrived, served.begin), kSeconds);
      counts_.engine.observe(seconds_between(served.begin, served.end), kSeconds);
      if (is_new_batch(served.batch_number)) counts_.batch_jobs.observe(served.batch, kJobs);
    }
    counts_.prompt_tokens += static_cast<std::uint64_t>(fact.prompt_tokens);
    counts_.new_tokens += static_cast<std::uint64_t>(fact.new_tokens);
    if (fact.first_token)
      counts_.first_token.observe(seconds_between(served.arrived, *fact.first_token), kSeconds);
    for (const Nanoseconds gap : fact.between_tokens)
      counts_.between_tokens.observe(to_seconds(gap), kSeconds);
    if (fact.status == 200)
      route.duration.observe(seconds_between(served.arrived, fact.answered), kSeconds);
  }

  void queue(std::size_t waiting, std::size_t running) {
    const std::lock_guard lock(mutex_);
    counts_.waiting = waiting;
    counts_.running = running;
  }

  void energy(const EnergyFact& fact) {
    const std::lock_guard lock(mutex_);
    counts_.energy = fact;
  }

  [[nodiscard]] std::string render() const {
    std::unique_lock lock(mutex_);
    const Counts counts = counts_;
    const std::string name = name_;
    const std::string engine = engine_;
    const std::string version = version_;
    lock.unlock();
    MetricsText text;
    text.set_common("model", name);
    text.family("joulemark_info", "gauge", "What is served.");
    text.sample(1, {{"engine", engine}, {"engine_version", version}});
    append_requests(text, counts);
    append_histograms(text, counts);
    append_counts(text, counts);
    append_energy(text, counts.energy);
    text.no_common();
    append_process(text);
    return text.take();
  }

 private:
  bool is_new_batch(std::int64_t number) {
    auto& seen = recent_batches_[static_cast<std::size_t>(number) % kRecentBatches];
    return std::exchange(seen, number) != number;
  }

  mutable std::mutex mutex_;
  Counts counts_;
  std::array<std::int64_t, kRecentBatches> recent_batches_{};
  std::string name_;
  std::string engine_;
  std::string version_;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;
void Metrics::describe(const ServedModel& model) {
  impl_->describe(model);
}
void Metrics::request(const RequestFact& fact) {
  impl_->request(fact);
}
void Metrics::queue(std::size_t waiting, std::size_t running) {
  impl_->queue(waiting, running);
}
void Metrics::energy(const EnergyFact& fact) {
  impl_->energy(fact);
}
std::string Metrics::render() const {
  return impl_->render();
}

}  // namespace joulemark::serve
