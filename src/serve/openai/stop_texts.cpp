// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/stop_texts.h"

#include <algorithm>
#include <utility>

namespace joulemark::serve {

StopTexts::StopTexts(const std::vector<std::string>& texts) {
  for (const std::string& text : texts)
    if (!text.empty()) patterns_.push_back(pattern_of(text));
}

StopTexts::Pattern StopTexts::pattern_of(const std::string& text) {
  Pattern pattern{text, std::vector<std::size_t>(text.size(), 0)};
  for (std::size_t i = 1, border = 0; i < text.size(); ++i) {
    while (border > 0 && text[i] != text[border]) border = pattern.borders[border - 1];
    if (text[i] == text[border]) ++border;
    pattern.borders[i] = border;
  }
  return pattern;
}

void StopTexts::step(Pattern& pattern, char byte) {
  while (pattern.matched > 0 && pattern.text[pattern.matched] != byte)
    pattern.matched = pattern.borders[pattern.matched - 1];
  if (pattern.text[pattern.matched] == byte) ++pattern.matched;
}

StopTexts::Piece StopTexts::put(std::string_view text) {
  for (const char byte : text) {
    withheld_ += byte;
    const Pattern* found = nullptr;
    for (Pattern& pattern : patterns_) {
      step(pattern, byte);
      if (pattern.matched == pattern.text.size() &&
          (found == nullptr || found->text.size() < pattern.text.size()))
        found = &pattern;
    }
    if (found == nullptr) continue;
    withheld_.resize(withheld_.size() - found->text.size());
    return {std::exchange(withheld_, {}), found->text};
  }
  std::size_t kept = 0;
  for (const Pattern& pattern : patterns_) kept = std::max(kept, pattern.matched);
  Piece piece{withheld_.substr(0, withheld_.size() - kept)};
  withheld_.erase(0, withheld_.size() - kept);
  return piece;
}

std::string StopTexts::finish() {
  return std::exchange(withheld_, {});
}

}  // namespace joulemark::serve
