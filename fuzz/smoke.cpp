// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target on its seeds and on many mutations of them: what every build and every
// sanitizer build tests, with any compiler. `NAME_smoke [MUTATIONS [SEED [SECONDS]]]`.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "mutator.h"
#include "target.h"

namespace {

void run(const std::string& input) {
  // A copy of exactly its size, so that AddressSanitizer sees a read beyond it.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  const long mutations = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 20'000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 10;
  const joulemark::Nanoseconds end =
      joulemark::monotonic_now() + joulemark::to_nanoseconds(seconds);
  const std::vector<std::string> seeds = fuzz_seeds();
  run("");
  for (const std::string& input : seeds) {
    run(input);
    for (std::size_t size = 0; size < input.size(); ++size) run(input.substr(0, size));
  }
  long done = 0;
  for (; done < mutations && joulemark::monotonic_now() < end; ++done) {
    joulemark::Random random(seed, static_cast<std::uint64_t>(done));
    run(joulemark::fuzz::mutate(seeds, random));
  }
  std::printf("%zu seeds and %ld mutations: no defect\n", seeds.size(), done);
  return 0;
}
