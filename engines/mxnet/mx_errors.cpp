// SPDX-License-Identifier: Apache-2.0
// The table of texts that tell what MXNet lacks from a model that is wrong.
#include "mx_errors.h"

#include <array>

#include "plugin_kit/phrases.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

/// First match counts.
constexpr std::array<plugin::Phrase, 11> kPhrases = {{
    {"Failed to allocate", JM_OUT_OF_MEMORY},
    {"bad_alloc", JM_OUT_OF_MEMORY},
    {"is not registered", JM_UNSUPPORTED},
    {"not supported", JM_UNSUPPORTED},
    {"not support", JM_UNSUPPORTED},
    {"unsupported", JM_UNSUPPORTED},
    {"Unsupported", JM_UNSUPPORTED},
    {"not implemented", JM_UNSUPPORTED},
    {"Unknown type enum", JM_UNSUPPORTED},
    {"only supports", JM_UNSUPPORTED},
    {"MAX_DIM", JM_UNSUPPORTED},
}};

/// Cuts everything up to and with `mark`.
void cut_before(std::string& text, const std::string& mark) {
  if (const std::size_t at = text.find(mark); at != std::string::npos)
    text.erase(0, at + mark.size());
}

}  // namespace

std::string brief(std::string text) {
  // "Traceback …:\n  File \"src/x.cc\", line 3\nMXNetError: Check failed: a == b (1 vs. 2) : why"
  cut_before(text, "MXNetError: ");
  if (const std::size_t end = text.find("\nStack trace"); end != std::string::npos)
    text.resize(end);
  cut_before(text, "Check failed: ");
  cut_before(text, "op != nullptr: ");
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

jm_status classify(Stage stage, const std::string& text) {
  if (const auto meaning = plugin::meaning_of(text, kPhrases)) return *meaning;
  if (stage == Stage::kOpen) return JM_LIBRARY_UNUSABLE;
  return stage == Stage::kLoad ? JM_INVALID_MODEL : JM_FAILED;
}

void check(const Api& api, Stage stage, int outcome) {
  if (outcome == 0) return;
  const std::string text = api.MXGetLastError();
  plugin::fail(classify(stage, text), brief(text));
}

}  // namespace joulemark::mx
