// SPDX-License-Identifier: Apache-2.0
// What an engine's error means, told from its text where its codes do not tell.
#pragma once

#include <optional>
#include <string>

#include "joulemark/engine_abi.h"

namespace joulemark::plugin {

/// A part of an error's text, and what the error then is.
struct Phrase {
  const char* text;
  jm_status status;
};

/// The meaning of the first of `phrases` that `text` contains.
template <class Phrases>
std::optional<jm_status> meaning_of(const std::string& text, const Phrases& phrases) {
  for (const Phrase& phrase : phrases)
    if (text.find(phrase.text) != std::string::npos) return phrase.status;
  return std::nullopt;
}

}  // namespace joulemark::plugin
