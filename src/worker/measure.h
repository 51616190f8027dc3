// SPDX-License-Identifier: Apache-2.0
// The timing loop, flat-out or by a schedule: calls the model over and over and records how long
// each record took.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "joulemark/engine_abi.h"
#include "worker/open_loop.h"

namespace joulemark::worker {

/// What is timed: one plugin call on the bound inputs. Where it fails it writes its reason.
struct Subject {
  jm_status (*run)(jm_model*, jm_message*) = nullptr;
  jm_model* model = nullptr;
  jm_message* message = nullptr;
};

/// When a window may end: when both are reached.
struct WindowLimits {
  Nanoseconds min_ns = 0;
  std::int64_t min_iterations = 1;
};

/// What a `go` is likely to ask for; its memory is taken at the end of the warm-up, so that the
/// window's first edge waits for nothing.
inline constexpr WindowLimits kLikelyWindow{.min_ns = kNanosecondsPerSecond, .min_iterations = 30};

/// One window and its records. A record is `calls_per_record` calls in a row, timed by one clock
/// read at its end. Calls shorter than a microsecond are recorded in groups, so that the clock's
/// own 20 to 50 ns stay below a few per cent; and so that there are never more than kMaxRecords.
class Measurement {
 public:
  static constexpr std::size_t kMaxRecords = std::size_t{1} << 20;

  /// Chooses calls_per_record for calls of about `iteration_ns`, and allocates and touches the
  /// memory that a window within `limits` needs with room to spare.
  void prepare(double iteration_ns, const WindowLimits& limits);

  /// Runs one window; needs prepare. Between its two edges it does nothing but call the subject and
  /// read the clock: no allocation, I/O, lock or log. When calls come faster than expected and the
  /// memory is full, neighbouring records are added up in place (calls_per_record doubles) and
  /// nothing is lost. Ends at the first failing call with its status.
  jm_status run(const Subject& subject, const WindowLimits& limits);

  /// Of the last window; all zero before the first and after a failed one.
  [[nodiscard]] Nanoseconds t0_ns() const { return t0_ns_; }
  [[nodiscard]] Nanoseconds t1_ns() const { return t1_ns_; }
  [[nodiscard]] std::int64_t iterations() const {
    return static_cast<std::int64_t>(used_) * calls_per_record_;
  }
  [[nodiscard]] std::int64_t calls_per_record() const { return calls_per_record_; }
  [[nodiscard]] std::size_t record_count() const { return used_; }
  [[nodiscard]] const std::int64_t* records() const { return records_.data(); }
  [[nodiscard]] std::size_t capacity() const { return records_.size(); }

 private:
  void merge_neighbours();

  std::vector<std::int64_t> records_;  // nanoseconds; its size is even and never changes in run
  std::size_t used_ = 0;
  std::int64_t calls_per_record_ = 1;
  Nanoseconds t0_ns_ = 0;
  Nanoseconds t1_ns_ = 0;
};

/// A language model's request: what is fed, and how far it goes. Greedy.
struct TextRequest {
  std::vector<std::int32_t>
      prompt;  ///< [batch × prompt_tokens], rows padded in front with JM_NO_TOKEN
  std::int32_t batch = 1;
  std::int32_t prompt_tokens = 0;
  std::int32_t new_tokens = 1;         ///< of each row, at most
  std::vector<std::int32_t> stop_ids;  ///< a row ends behind the first of them; empty: none does
};

/// What a request gave, and when. Its vectors are made by `prepare`, so that a request allocates
/// nothing.
struct TextRecord {
  std::vector<std::int32_t> tokens;      ///< [steps × batch]
  std::vector<Nanoseconds> token_at_ns;  ///< when the tokens of each step were there
  std::vector<char> ended;               ///< rows that a stop id has ended
  std::int32_t steps = 0;
  Nanoseconds t0_ns = 0;  ///< before the cache was emptied

  void prepare(const TextRequest& request);
};

/// What is timed of a language model.
struct TextSubject {
  jm_status (*reset)(jm_model*, std::int32_t, std::int32_t, jm_message*) = nullptr;
  jm_status (*forward)(jm_model*, const std::int32_t*, std::int32_t, std::int32_t, std::int32_t*,
                       float*, jm_message*) = nullptr;
  jm_model* model = nullptr;
  jm_message* message = nullptr;
};

/// Runs one request; needs a prepared record. The clock is read once before and once after every
/// step. Ends early when all rows have ended.
jm_status run_text_request(const TextSubject& subject, const TextRequest& request,
                           TextRecord& record);

/// One window over a language model's requests: whole passes over them, so that every window of the
/// same requests does the same work.
class TextMeasurement {
 public:
  using Pass = std::vector<TextRecord>;  ///< a record of each request
  /// Tokens that are kept with their times. A longer window keeps its last passes.
  static constexpr std::size_t kMaxTokens = std::size_t{1} << 20;

  /// Allocates and touches the memory that a window within `limits` needs, when a pass takes about
  /// `pass_ns`; what was made for an earlier window is used again where it is enough.
  void prepare(std::vector<TextRequest> requests, double pass_ns, const WindowLimits& limits);

  /// Runs one window; needs prepare. Iterations are requests. Between its edges it does nothing but
  /// feed the model and read the clock. Ends at the first failing call with its status.
  jm_status run(const TextSubject& subject, const WindowLimits& limits);
  /// The same with requests that come by a schedule of whole passes: needs prepare of both.
  jm_status run(const TextSubject& subject, OpenLoop& loop, Clock& clock);

  /// Of the last window; all zero before the first and after a failed one.
  [[nodiscard]] Nanoseconds t0_ns() const { return t0_ns_; }
  [[nodiscard]] Nanoseconds t1_ns() const { return t1_ns_; }
  [[nodiscard]] std::int64_t passes() const { return passes_; }
  [[nodiscard]] const std::vector<TextRequest>& requests() const { return requests_; }
  /// The last passes of the window, oldest first: all of them, unless they are too many.
  [[nodiscard]] std::vector<const Pass*> kept() const;

 private:
  jm_status run_pass(const TextSubject& subject, Pass& pass);
  [[nodiscard]] bool fits(const Pass& pass) const;

  std::vector<TextRequest> requests_;
  std::vector<Pass> kept_;  // a ring
  std::int64_t passes_ = 0;
  Nanoseconds t0_ns_ = 0;
  Nanoseconds t1_ns_ = 0;
};

/// Times `calls` calls as one record, for the warm-up. `elapsed` is set when all succeeded.
jm_status time_calls(const Subject& subject, std::int64_t calls, Nanoseconds& elapsed);

}  // namespace joulemark::worker
