// SPDX-License-Identifier: Apache-2.0
// The worker's replies as checked values. A worker is untrusted: whatever it says becomes a value
// or a failure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "joulemark/result.h"
#include "joulemark/worker_protocol.h"

namespace joulemark::run {

/// Whether another process of the same configuration would fail in the same way.
enum class Recurrence { kMayPass, kCertain };

/// Why a conversation with a worker ended: failed data of a trial, or the user's stop.
struct Failure {
  TrialStatus status = TrialStatus::kFailed;
  std::string reason;  ///< one line, printable
  Recurrence recurrence = Recurrence::kMayPass;
  bool interrupted = false;
  /// The reply was an `error`: the worker is alive and speaks the protocol.
  bool reported = false;
  /// The worker program could not be started at all.
  bool not_started = false;
  std::string wire_status = {};  ///< of an `error` reply: "library_missing"
};

template <class T>
using Reply = tl::expected<T, Failure>;

struct Opened {
  std::string describe_json;
};
/// An operator of model files that an engine computes, as a range of operator set versions.
struct OperatorRange {
  std::string domain;  ///< "" for ai.onnx
  std::string name;
  std::int64_t since = 1;
  std::optional<std::int64_t> until = {};  ///< the last; empty: the newest known too
  bool operator==(const OperatorRange&) const = default;
};
struct Loaded {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  bool builds = false;  ///< `build` comes next, or behind the inputs
};
struct Built {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
};
struct Answered {
  std::string effective_json;
  bool compared = false;
  bool agrees = true;
  std::optional<double> max_abs;  ///< empty where there is no number
  std::optional<double> max_rel;
  std::string detail;
};
struct Warmed {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  std::int64_t iterations = 0;
  bool steady = false;
  std::optional<double> scatter = {};  ///< "cov" of its last records; empty: it does not tell
  std::optional<double> trend = {};
  double iteration_ns = 0;  ///< typical time of an iteration; 0: not told
};
/// What a worker says of a window at a fixed rate.
struct ServedLoad {
  protocol::Arrivals arrivals;  ///< as it says them back
  Nanoseconds busy_ns = 0;
  std::int64_t queue_max = 0;
  Nanoseconds wake_late_ns = 0;
};
struct Done {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  std::int64_t iterations = 0;
  std::int64_t prompt_tokens = 0;  ///< of a language model, as all below
  std::int64_t new_tokens = 0;
  std::string tokens = {};              ///< digest of the ids of a pass
  std::optional<ServedLoad> load = {};  ///< empty: flat-out
  [[nodiscard]] bool is_text() const { return new_tokens > 0; }
};
struct Durations {
  std::int64_t calls_per_record = 1;
  std::vector<std::int64_t> ns;
  std::vector<std::int64_t> first_token_ns = {};  ///< of a language model, one a request
  std::vector<std::int64_t> inter_token_ns = {};
};
struct Checked {
  std::string status;             ///< "pass", "fail", "unsupported"
  std::optional<double> max_abs;  ///< empty where there is no number; then why, in a word
  std::optional<double> max_rel;
  std::string max_abs_reason;
  std::string max_rel_reason;
  std::string reason;
};

struct Ceilings {
  double flops_per_s = 0;
  double bytes_per_s = 0;
};

/// When the request was sent and the reply was there: every time in a reply lies between.
struct Exchange {
  Nanoseconds sent_ns = 0;
  Nanoseconds received_ns = 0;
};

/// Each fails with kFailed and "worker answered nonsense to 'go': …", or with the failure of an
/// `error` reply.
Reply<void> parse_hello(std::string_view line);
Reply<Opened> parse_opened(std::string_view line);
Reply<std::vector<OperatorRange>> parse_operators(std::string_view line);
Reply<void> parse_exported(std::string_view line);
Reply<Loaded> parse_loaded(std::string_view line, const Exchange& exchange);
/// Empty where there was nothing to build.
Reply<std::optional<Built>> parse_built(std::string_view line, const Exchange& exchange);
Reply<Answered> parse_answered(std::string_view line);
Reply<Warmed> parse_warmed(std::string_view line, const Exchange& exchange);
Reply<Done> parse_done(std::string_view line, const Exchange& exchange);
/// Also checks that the records are those of `done`: as many, and together no longer than the
/// window (at a fixed rate, where they overlap, each); of a language model there may be fewer, of
/// the window's end.
Reply<Durations> parse_durations(std::string_view line, const Done& done);
Reply<Checked> parse_checked(std::string_view line);
Reply<Ceilings> parse_ceilings(std::string_view line);
/// That a reply to `request` is of a type, and no error.
Reply<void> parse_type(std::string_view line, std::string_view request, std::string_view type);
/// The failure of a reply that does not fit its request.
Failure nonsense(std::string_view request, const std::string& what);

}  // namespace joulemark::run
