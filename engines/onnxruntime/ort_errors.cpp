// SPDX-License-Identifier: Apache-2.0
// The table of texts that tell an operator ONNX Runtime lacks from a model that is wrong.
#include "ort_errors.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "plugin_kit/phrases.h"
#include "plugin_kit/status.h"

namespace joulemark::ort {
namespace {

/// Most codes are "fail" whatever happened, so that only the text tells. First match counts.
constexpr std::array<plugin::Phrase, 12> kPhrases = {{
    {"bad_alloc", JM_OUT_OF_MEMORY},
    {"Failed to allocate memory", JM_OUT_OF_MEMORY},
    {"is not a registered function/op", JM_UNSUPPORTED},
    {"No Op registered for", JM_UNSUPPORTED},
    {"No opset import for domain", JM_UNSUPPORTED},
    {"Could not find an implementation for", JM_UNSUPPORTED},
    {"is under development and support for this is limited", JM_UNSUPPORTED},
    {"Unsupported model IR version", JM_UNSUPPORTED},
    {"Unrecognized attribute", JM_UNSUPPORTED},
    {"not currently registered or supported", JM_UNSUPPORTED},
    {"not supported", JM_UNSUPPORTED},
    {"not implemented", JM_UNSUPPORTED},
}};

/// The end of the C++ signature that starts at `start`: the first blank outside all brackets behind
/// its parameters.
std::size_t end_of_signature(const std::string& text, std::size_t start) {
  int depth = 0;
  bool has_parameters = false;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '<' || c == '[') ++depth;
    if (c == ')' || c == '>' || c == ']') --depth;
    has_parameters = has_parameters || c == ')';
    if (c != ' ' || depth > 0 || !has_parameters) continue;
    if (text.compare(i, 6, " const") != 0 && text.compare(i, 7, " [with ") != 0) return i;
  }
  return text.size();
}

/// Without "/onnxruntime_src/….cc:12 void signature(…)", which says where, not what.
std::string without_positions(std::string text) {
  constexpr std::string_view kSource = "/onnxruntime_src/";
  for (std::size_t at = 0; (at = text.find(kSource, at)) != std::string::npos;) {
    const std::size_t blank = text.find(' ', at);
    if (blank == std::string::npos) break;
    const std::size_t end = end_of_signature(text, blank + 1);
    const bool spaced = at > 0 && text[at - 1] == ' ' && end < text.size();
    text.erase(at, end - at + (spaced ? 1 : 0));
  }
  return text;
}

/// One line: the library breaks some of its texts.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

}  // namespace

jm_status classify(Stage stage, int code, const std::string& text) {
  if (code == kNotImplemented) return JM_UNSUPPORTED;
  if (const auto meaning = plugin::meaning_of(text, kPhrases)) return *meaning;
  if (stage == Stage::kLoad) return JM_INVALID_MODEL;
  return code == kInvalidArgument ? JM_INVALID_ARGUMENT : JM_FAILED;
}

void check(const Api& api, Stage stage, Status* status) {
  if (status == nullptr) return;
  const int code = api.GetErrorCode(status);
  std::string text = api.GetErrorMessage(status);
  api.ReleaseStatus(status);
  const jm_status meaning = classify(stage, code, text);
  plugin::fail(meaning, one_line(without_positions(std::move(text))));
}

}  // namespace joulemark::ort
