// SPDX-License-Identifier: Apache-2.0
// What PyTorch's exceptions say, without what is not for users.
#pragma once

#include <algorithm>
#include <exception>
#include <string>

namespace joulemark::torch_kit {

/// The message on one line, without the C++ backtrace that PyTorch appends.
inline std::string brief(const std::exception& error) {
  std::string text = error.what();
  text = text.substr(0, text.find("\nException raised"));
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == ' ' || c == '\t';
    if (!space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace joulemark::torch_kit
