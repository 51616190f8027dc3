// SPDX-License-Identifier: Apache-2.0
// What the bare loops share: arguments, inputs, the loop, and the line that they print.
#pragma once

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/tensor_proto.h"

namespace joulemark::bench {

/// `bare_ENGINE LIBRARY_DIR MODEL THREADS SECONDS INPUT_FOLDER`.
struct BareArguments {
  std::string library_dir, model;
  int threads = 1;
  double seconds = 1;
  std::vector<model::HostTensor> inputs;
};

inline BareArguments read_arguments(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: bare_ENGINE LIBRARY_DIR MODEL THREADS SECONDS INPUT_FOLDER\n", stderr);
    std::exit(2);
  }
  BareArguments arguments{argv[1], argv[2], std::atoi(argv[3]), std::atof(argv[4]), {}};
  for (int k = 0;; ++k) {
    const auto path = std::filesystem::path(argv[5]) / ("input_" + std::to_string(k) + ".pb");
    if (!std::filesystem::exists(path)) return arguments;
    auto tensor = model::read_tensor_proto(path);
    if (!tensor) {
      std::fprintf(stderr, "%s\n", tensor.error().message.c_str());
      std::exit(1);
    }
    arguments.inputs.push_back(*std::move(tensor));
  }
}

/// The largest resident set of this process so far.
inline long long peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024LL;
}

/// CPU time of all threads of this process so far.
inline long long cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

/// Half a second of warm-up, then `seconds` of calls, each between two clock reads, and at least
/// `least` of both. Prints the p50 in nanoseconds, the peak of the resident set in bytes, and the
/// CPU time of a call in nanoseconds.
template <class Call>
void time_bare_loop(double seconds, Call call, std::size_t least = 10) {
  const Nanoseconds warm_until = monotonic_now() + kNanosecondsPerSecond / 2;
  for (std::size_t i = 0; i < least || monotonic_now() < warm_until; ++i) call();
  std::vector<Nanoseconds> times;
  times.reserve(std::size_t{1} << 20);
  const long long cpu_before = cpu_ns();
  const Nanoseconds end = monotonic_now() + to_nanoseconds(seconds);
  while (times.size() < least || (monotonic_now() < end && times.size() < times.capacity())) {
    const Nanoseconds start = monotonic_now();
    call();
    times.push_back(monotonic_now() - start);
  }
  const auto cpu = (cpu_ns() - cpu_before) / static_cast<long long>(times.size());
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  std::printf("%lld %lld %lld\n", static_cast<long long>(times[times.size() / 2]), peak_bytes(),
              cpu);
}

}  // namespace joulemark::bench
