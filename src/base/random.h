// SPDX-License-Identifier: Apache-2.0
// A seeded generator with the same numbers on every platform, for orders, inputs and bootstraps.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace joulemark {

/// xoshiro256** seeded by splitmix64 (Blackman & Vigna 2018, prng.di.unimi.it). The standard
/// library's distributions differ between implementations, so the few that are needed are here.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  /// A generator for sub-stream `stream` of `seed`: independent draws that do not depend on each
  /// other's count.
  Random(std::uint64_t seed, std::uint64_t stream);

  /// 64 random bits. Inline: a bootstrap takes 10⁹ of them, in registers.
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// Uniform in [0, bound), without modulo bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1) with 53 bits.
  double uniform();
  /// Standard normal (Marsaglia's polar method).
  double normal();

 private:
  std::uint64_t state_[4];
};

/// Fisher–Yates shuffle.
template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace joulemark
