// SPDX-License-Identifier: Apache-2.0
// `machine_bounds THREADS`: GB/s read from memory and GFLOP/s of float32 multiply-adds, as
// {"read_GBps": …, "f32_GFLOPps": …}. The best of several tries: bounds, not averages.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWords = std::size_t{64} << 20;  // 512 MiB a thread: no cache holds it
constexpr int kTries = 7;

// As wide as the processor has it; the compiler splits what is wider.
using Floats = float __attribute__((vector_size(64)));

/// Seconds until all threads have done their part.
double seconds(int threads, const std::function<void(int)>& part) {
  const auto begin = Clock::now();
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(part, i);
  part(0);
  for (std::thread& other : others) other.join();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double best_of_tries(int threads, double amount, const std::function<void(int)>& part) {
  double best = 0;
  for (int i = 0; i < kTries; ++i) best = std::max(best, amount / seconds(threads, part));
  return best;
}

volatile std::uint64_t sink_words;
volatile float sink_floats;

__attribute__((target_clones("avx512f", "avx2", "default"))) std::uint64_t sum(
    const std::uint64_t* words, std::size_t count) {
  std::uint64_t parts[8] = {};
  for (std::size_t i = 0; i < count; i += 8)
    for (std::size_t k = 0; k < 8; ++k) parts[k] += words[i + k];
  std::uint64_t total = 0;
  for (const std::uint64_t part : parts) total += part;
  return total;
}

constexpr std::int64_t kRounds = 4'000'000;
constexpr int kChains = 10;  // enough to hide the latency of one

template <class Vector>
[[gnu::always_inline]] inline float multiply_add() {
  Vector chains[kChains];
  for (int k = 0; k < kChains; ++k) chains[k] = Vector{} + static_cast<float>(k);
  const Vector factor = Vector{} + 0.999F;
  const Vector summand = Vector{} + 0.001F;
  for (std::int64_t i = 0; i < kRounds; ++i)
    for (Vector& chain : chains) chain = chain * factor + summand;
  float total = 0;
  for (const Vector& chain : chains) total += chain[0];
  return total;
}

__attribute__((target("avx512f"), optimize("fp-contract=fast"))) float multiply_add_512() {
  return multiply_add<Floats>();
}
using HalfFloats = float __attribute__((vector_size(32)));
__attribute__((target("avx2,fma"), optimize("fp-contract=fast"))) float multiply_add_256() {
  return multiply_add<HalfFloats>();
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  std::vector<std::vector<std::uint64_t>> memory(static_cast<std::size_t>(threads),
                                                 std::vector<std::uint64_t>(kWords, 1));
  const double bytes = static_cast<double>(kWords * sizeof(std::uint64_t)) * threads;
  const double read = best_of_tries(threads, bytes, [&](int i) {
    sink_words = sum(memory[static_cast<std::size_t>(i)].data(), kWords);
  });
  __builtin_cpu_init();
  const bool wide = __builtin_cpu_supports("avx512f");
  const double operations =
      2.0 * kChains * (wide ? 16 : 8) * static_cast<double>(kRounds) * threads;
  const double compute = best_of_tries(threads, operations, [&](int) {
    sink_floats = wide ? multiply_add_512() : multiply_add_256();
  });
  fmt::print("{{\"read_GBps\": {:.1f}, \"f32_GFLOPps\": {:.0f}}}\n", read / 1e9, compute / 1e9);
  return 0;
}
