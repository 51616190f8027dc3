// SPDX-License-Identifier: Apache-2.0
// A session's measured window: `go`, flat-out or at a rate, and `durations`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <span>

#include "worker/reply_line.h"
#include "worker/session.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;

/// Written by hand: a JSON tree of a million numbers takes twenty times their size.
std::string durations_line(std::int64_t calls_per_record, std::span<const std::int64_t> records) {
  fmt::memory_buffer line;
  fmt::format_to(std::back_inserter(line),
                 R"({{"type":"durations","calls_per_record":{},"ns":[{}]}})", calls_per_record,
                 fmt::join(records, ","));
  return fmt::to_string(line);
}

/// What a window at a fixed rate adds to `done`.
void put_load(json& done, const Arrivals& arrivals, const OpenLoop& loop) {
  done["rate"] = arrivals.rate;
  done["arrivals"] = to_string(arrivals.kind);
  done["seed"] = arrivals.seed;
  done["busy_ns"] = loop.busy_ns();
  done["queue_max"] = loop.queue_max();
  done["wake_late_ns"] = loop.wake_late_ns();
}

}  // namespace

Outcome<std::string> Session::reply(const GoRequest& request) {
  if (auto ready = need_inputs(); !ready) return fail(ready.error());
  has_window_ = false;
  at_rate_ = request.arrivals.rate > 0;
  if (auto made = prepare_schedule(request); !made) return fail(made.error());
  if (text_) return go_text(request);
  if (iteration_ns_ <= 0) return fail(JM_INVALID_ARGUMENT, "'warmup' must come before 'go'");
  if (at_rate_) return go_at_rate(request);
  const WindowLimits limits{.min_ns = request.min_ns, .min_iterations = request.min_iterations};
  measurement_.prepare(iteration_ns_, limits);
  if (const jm_status status = measurement_.run(model_->subject(), limits); status != JM_OK) {
    return model_->run_failure(status);
  }
  has_window_ = true;
  return to_line({{"type", "done"},
                  {"t0_ns", measurement_.t0_ns()},
                  {"t1_ns", measurement_.t1_ns()},
                  {"iterations", measurement_.iterations()}});
}

Outcome<void> Session::prepare_schedule(const GoRequest& request) {
  if (request.arrivals.rate <= 0) return {};
  const std::int64_t count =
      request_count(request.arrivals.rate,
                    {.min_ns = request.min_ns,
                     .min_requests = request.min_iterations,
                     .in_a_pass = text_ ? static_cast<std::int64_t>(text_->request_count()) : 1});
  if (!is_possible_schedule(request.arrivals.rate, count))
    return fail(JM_INVALID_ARGUMENT,
                fmt::format("a schedule of {} requests at {} a second is too long", count,
                            request.arrivals.rate));
  open_loop_.prepare(request.arrivals, count);
  return {};
}

Outcome<std::string> Session::go_at_rate(const GoRequest& request) {
  const Subject subject = model_->subject();
  const jm_status status = open_loop_.run(
      clock_, [&subject](std::size_t) { return subject.run(subject.model, subject.message); });
  if (status != JM_OK) return model_->run_failure(status);
  has_window_ = true;
  json done = {{"type", "done"},
               {"t0_ns", open_loop_.t0_ns()},
               {"t1_ns", open_loop_.t1_ns()},
               {"iterations", open_loop_.count()}};
  put_load(done, request.arrivals, open_loop_);
  return to_line(done);
}

Outcome<std::string> Session::go_text(const GoRequest& request) {
  const auto totals = text_->go(*model_, request, {open_loop_, clock_});
  if (!totals) return fail(totals.error());
  has_window_ = true;
  json done = {{"type", "done"},
               {"t0_ns", text_->measurement().t0_ns()},
               {"t1_ns", text_->measurement().t1_ns()},
               {"iterations", totals->iterations},
               {"prompt_tokens", totals->prompt_tokens},
               {"new_tokens", totals->new_tokens},
               {"tokens", totals->digest}};
  if (at_rate_) put_load(done, request.arrivals, open_loop_);
  return to_line(done);
}

Outcome<std::string> Session::reply(const DurationsRequest&) {
  if (!has_window_) return fail(JM_INVALID_ARGUMENT, "'go' must come before 'durations'");
  if (text_) return text_->durations_line(at_rate_ ? &open_loop_ : nullptr);
  if (at_rate_) return durations_line(1, open_loop_.latencies());
  const std::int64_t* records = measurement_.records();
  return durations_line(measurement_.calls_per_record(),
                        {records, records + measurement_.record_count()});
}

}  // namespace joulemark::worker
