// SPDX-License-Identifier: Apache-2.0
// Texts at which an answer ends, found in it piece by piece.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark::serve {

/// Takes time in proportion to the text, whatever the stop texts are (Knuth, Morris and Pratt
/// 1977).
class StopTexts {
 public:
  explicit StopTexts(const std::vector<std::string>& texts);

  struct Piece {
    std::string text;                       ///< in front of every stop text, for certain
    std::optional<std::string> found = {};  ///< the answer is over: nothing may be put any more
  };
  /// Pieces of whole characters stay so. Of stop texts that end at the same place the longest is
  /// found.
  Piece put(std::string_view text);
  /// What was withheld because it may have been the begin of a stop text.
  std::string finish();

 private:
  struct Pattern {
    std::string text;
    std::vector<std::size_t> borders;  ///< of each prefix: its longest border
    std::size_t matched = 0;           ///< so many bytes of it stand at the end of what was put
  };
  static Pattern pattern_of(const std::string& text);
  static void step(Pattern& pattern, char byte);

  std::vector<Pattern> patterns_;
  std::string withheld_;
};

}  // namespace joulemark::serve
