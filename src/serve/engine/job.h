// SPDX-License-Identifier: Apache-2.0
// What requests of every kind have in common for the thread that owns the engine.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace joulemark::serve {

/// How a job ended.
enum class Ending {
  kDone,      ///< with its whole answer
  kExpired,   ///< its time limit passed, in the queue or inside of a text
  kGone,      ///< nobody is there any more who could take the answer
  kDraining,  ///< the server ends
  kUnfit,     ///< the model cannot take it: the client's fault
  kFailed,    ///< the engine's fault
};

/// What serving a job took, on CLOCK_MONOTONIC. Jobs of one batch share its begin; a text ends when
/// its last token is there, which may be before the batch does.
struct Served {
  Nanoseconds arrived = 0;
  Nanoseconds begin = 0;  ///< the engine began with its batch; 0: it never did
  Nanoseconds end = 0;
  /// The part of the engine's time that is this job's: of each call its share by tokens or rows.
  /// What the jobs of a batch have adds up to the time that the batch took.
  Nanoseconds engine_time = 0;
  std::int32_t batch = 0;         ///< jobs that the engine had at once, this one included
  std::int64_t units = 0;         ///< of this job: tokens fed and made, or rows of tensors
  std::int64_t batch_units = 0;   ///< of all jobs of the batch, until `end`
  std::int64_t batch_number = 0;  ///< counts the engine's batches from 1
};

/// How a job ended, and what it took.
struct Outcome {
  Ending ending = Ending::kDone;
  std::string message = {};  ///< why, for people, where it is not kDone
  Served served = {};
};

/// When a job came, and until when it has to be over.
struct Timing {
  Nanoseconds arrived = 0;
  Nanoseconds deadline = 0;  ///< 0: none
};

inline bool has_expired(const Timing& timing, Nanoseconds now) {
  return timing.deadline != 0 && now >= timing.deadline;
}

}  // namespace joulemark::serve
