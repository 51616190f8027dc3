// SPDX-License-Identifier: Apache-2.0
// The changes, each on a random place.
#include "mutator.h"

#include <algorithm>

namespace joulemark::fuzz {
namespace {

constexpr std::size_t kLongestRun = 32;

void flip_bit(std::string& text, std::size_t at, Random& random) {
  text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
}

void set_edge(std::string& text, std::size_t at, Random& random) {
  static constexpr unsigned char kEdges[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
  const std::size_t run = std::min(1 + random.below(8), text.size() - at);
  const char edge = static_cast<char>(kEdges[random.below(std::size(kEdges))]);
  text.replace(at, run, run, edge);
}

void splice(std::string& text, std::size_t at, const std::string& other, Random& random) {
  if (other.empty()) return;
  text.insert(at, other, random.below(other.size()), 1 + random.below(kLongestRun));
}

}  // namespace

std::string mutate(const std::vector<std::string>& seeds, Random& random) {
  std::string text = seeds[random.below(seeds.size())];
  for (std::uint64_t change = 1 + random.below(8); change > 0 && !text.empty(); --change) {
    const std::size_t at = random.below(text.size());
    switch (random.below(6)) {
      case 0:
      case 1:
        flip_bit(text, at, random);
        break;
      case 2:
        set_edge(text, at, random);
        break;
      case 3:
        text.erase(at, 1 + random.below(kLongestRun));
        break;
      case 4:
        splice(text, at, seeds[random.below(seeds.size())], random);
        break;
      default:
        if (random.below(4) == 0) text.resize(at);
    }
  }
  return text;
}

}  // namespace joulemark::fuzz
