// SPDX-License-Identifier: Apache-2.0
// A ceiling may be too high, never too low: other programs take their share of every longer run,
// so the runs are short and the best ones count.
#include "worker/ceilings.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <barrier>
#include <cstdint>
#include <latch>
#include <memory>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "worker/measure.h"
#include "worker/peak_kernels.h"

namespace joulemark::worker {
namespace {

constexpr Nanoseconds kArithmeticRunNs = 500'000;
constexpr std::size_t kReadBytes = std::size_t{4} << 20;  ///< of one thread in one run
constexpr Nanoseconds kSearchNs = 120'000'000;

std::size_t allowed_cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&allowed), 1));
}

/// Times a member's work as the timing loop does it.
template <class Member>
Nanoseconds time_of(Member& member) {
  const Subject subject{.run =
                            [](jm_model* work, jm_message*) {
                              reinterpret_cast<Member*>(work)->run();
                              return JM_OK;
                            },
                        .model = reinterpret_cast<jm_model*>(&member)};
  Nanoseconds elapsed = 0;
  time_calls(subject, 1, elapsed);
  return std::max<Nanoseconds>(elapsed, 1);
}

/// Each member searches on a thread of its own, all at the same time or, where a thread cannot be
/// had, none. Throws std::system_error then.
template <class Member>
void search_together(std::span<Member> members) {
  std::latch start(1);
  bool all_there = false;
  std::vector<std::jthread> threads;
  const auto serve = [&](Member& member) {
    start.wait();
    if (all_there) member.search();
  };
  try {
    for (Member& member : members) threads.emplace_back([&serve, &member] { serve(member); });
    all_there = true;
  } catch (const std::system_error&) {
    start.count_down();
    throw;
  }
  start.count_down();
}

/// Its own best run: it needs a CPU for half a millisecond.
struct Arithmetic {
  ArithmeticKernel kernel = widest_arithmetic();
  std::int64_t rounds = 1024;
  float sink = 0;
  double flops = 0;  ///< of the last run
  double best_per_s = 0;

  void run() { flops = kernel(rounds, &sink); }
  void search() {
    for (const Nanoseconds begin = monotonic_now(); monotonic_now() - begin < kSearchNs;) {
      const Nanoseconds elapsed = time_of(*this);
      best_per_s = std::max(best_per_s, flops / to_seconds(elapsed));
      if (elapsed < kArithmeticRunNs) rounds *= 2;
    }
  }
};

/// Reads its buffer piece by piece. The memory is shared, so that only what all read between two
/// moments counts: the first member times the runs, which all begin and end together.
struct Reading {
  std::barrier<>* together = nullptr;
  std::unique_ptr<std::uint64_t[]> buffer;
  std::size_t words = 0;
  std::size_t piece = 0;  ///< words of a run; pieces are a whole number in `words`
  std::size_t next = 0;
  std::uint64_t sum = 0;
  bool* over = nullptr;  ///< of all; written by the first between two runs
  bool is_first = false;
  Nanoseconds best_ns = 0;

  void run() {
    together->arrive_and_wait();
    sum += read_through(buffer.get() + next, piece);
    next = (next + piece) % words;
    together->arrive_and_wait();
  }
  void search() {
    std::fill_n(buffer.get(), words, 1);  // takes the memory, near the thread that will read it
    together->arrive_and_wait();
    const Nanoseconds begin = monotonic_now();
    while (!*over) {
      const Nanoseconds elapsed = time_of(*this);
      if (is_first && (best_ns == 0 || elapsed < best_ns)) best_ns = elapsed;
      if (is_first) *over = monotonic_now() - begin >= kSearchNs;
      together->arrive_and_wait();
    }
  }
};

double best_arithmetic(std::size_t threads) {
  struct alignas(64) Member : Arithmetic {};  // a cache line each
  std::vector<Member> members(threads);
  search_together(std::span(members));
  double sum = 0;
  for (const Member& member : members) sum += member.best_per_s;
  return sum;
}

double best_reading(std::size_t threads, std::size_t buffer_bytes) {
  const std::size_t piece = kReadBytes / sizeof(std::uint64_t);
  const std::size_t pieces = std::max<std::size_t>(buffer_bytes / threads / kReadBytes, 1);
  std::barrier<> together(static_cast<std::ptrdiff_t>(threads));
  bool over = false;
  std::vector<Reading> members(threads);
  for (Reading& member : members) {
    member.together = &together;
    member.over = &over;
    member.words = piece * pieces;
    member.piece = piece;
    member.buffer = std::make_unique_for_overwrite<std::uint64_t[]>(member.words);
  }
  members[0].is_first = true;
  search_together(std::span(members));
  return static_cast<double>(threads * kReadBytes) / to_seconds(members[0].best_ns);
}

}  // namespace

Outcome<Ceilings> measure_ceilings(std::size_t buffer_bytes) {
  const std::size_t threads = allowed_cpus();
  try {
    return Ceilings{.flops_per_s = best_arithmetic(threads),
                    .bytes_per_s = best_reading(threads, buffer_bytes)};
  } catch (const std::system_error& error) {
    return fail(JM_FAILED, fmt::format("cannot start {} threads: {}", threads, error.what()));
  }
}

}  // namespace joulemark::worker
