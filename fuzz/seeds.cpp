// SPDX-License-Identifier: Apache-2.0
// Writes a target's seeds into a folder, as the corpus that libFuzzer starts from. `NAME_seeds
// FOLDER`.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "target.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: NAME_seeds FOLDER\n", stderr);
    return 2;
  }
  std::filesystem::create_directories(argv[1]);
  int number = 0;
  for (const std::string& seed : fuzz_seeds()) {
    const auto path = std::filesystem::path(argv[1]) / ("seed_" + std::to_string(number++));
    std::ofstream(path, std::ios::binary)
        .write(seed.data(), static_cast<std::streamsize>(seed.size()));
  }
  return 0;
}
