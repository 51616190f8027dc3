// SPDX-License-Identifier: Apache-2.0
// The table of texts that tell an operator ONNX Runtime lacks from a model that is wrong.
#include "ort_errors.h"

#include <algorithm>
#include <array>

#include "plugin_kit/status.h"

namespace joulemark::ort {
namespace {

struct Phrase {
  const char* text;
  jm_status status;
};

/// Most codes are "fail" whatever happened, so that only the text tells. First match counts.
constexpr std::array<Phrase, 14> kLoadPhrases = {{
    {"is not a registered function/op", JM_UNSUPPORTED},
    {"No Op registered for", JM_UNSUPPORTED},
    {"No opset import for domain", JM_UNSUPPORTED},
    {"Could not find an implementation for", JM_UNSUPPORTED},
    {"not currently registered or supported", JM_UNSUPPORTED},
    {"Kernel not found", JM_UNSUPPORTED},
    {"is under development and support for this is limited", JM_UNSUPPORTED},
    {"Unsupported model IR version", JM_UNSUPPORTED},
    {"is not supported", JM_UNSUPPORTED},
    {"is not implemented", JM_UNSUPPORTED},
    {"not implemented", JM_UNSUPPORTED},
    {"NOT_IMPLEMENTED", JM_UNSUPPORTED},
    {"bad_alloc", JM_OUT_OF_MEMORY},
    {"Failed to allocate memory", JM_OUT_OF_MEMORY},
}};

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

jm_status classify_load(int code, const std::string& text) {
  if (code == kNotImplemented) return JM_UNSUPPORTED;
  for (const Phrase& phrase : kLoadPhrases)
    if (contains(text, phrase.text)) return phrase.status;
  return JM_INVALID_MODEL;
}

/// One line: the library breaks some of its texts.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

}  // namespace

jm_status classify(Stage stage, int code, const std::string& text) {
  if (stage == Stage::kLoad) return classify_load(code, text);
  if (contains(text, "bad_alloc") || contains(text, "Failed to allocate memory"))
    return JM_OUT_OF_MEMORY;
  if (code == kNotImplemented) return JM_UNSUPPORTED;
  if (code == kInvalidArgument) return JM_INVALID_ARGUMENT;
  return JM_FAILED;
}

void check(const Api& api, Stage stage, Status* status) {
  if (status == nullptr) return;
  const int code = api.GetErrorCode(status);
  std::string text = api.GetErrorMessage(status);
  api.ReleaseStatus(status);
  const jm_status meaning = classify(stage, code, text);
  plugin::fail(meaning, one_line(std::move(text)));
}

}  // namespace joulemark::ort
