// SPDX-License-Identifier: Apache-2.0
// The table of texts that tell what OpenVINO lacks from a model that is wrong.
#include "ov_errors.h"

#include <array>
#include <regex>

#include "plugin_kit/status.h"

namespace joulemark::openvino {
namespace {

struct Phrase {
  const char* text;
  jm_status status;
};

constexpr std::array<Phrase, 12> kPhrases = {{
    {"OpenVINO does not support the following ONNX operations", JM_UNSUPPORTED},
    {"No conversion rule", JM_UNSUPPORTED},
    {"not supported", JM_UNSUPPORTED},
    {"unsupported", JM_UNSUPPORTED},
    {"Unsupported", JM_UNSUPPORTED},
    {"Not Implemented", JM_UNSUPPORTED},
    {"not implemented", JM_UNSUPPORTED},
    {"NOT IMPLEMENTED", JM_UNSUPPORTED},
    {"NotImplemented", JM_UNSUPPORTED},
    {"doesn't support", JM_UNSUPPORTED},
    {"does not support", JM_UNSUPPORTED},
    {"bad_alloc", JM_OUT_OF_MEMORY},
}};

}  // namespace

jm_status classify(Stage stage, const std::string& text) {
  for (const Phrase& phrase : kPhrases)
    if (text.find(phrase.text) != std::string::npos) return phrase.status;
  return stage == Stage::kLoad ? JM_INVALID_MODEL : JM_FAILED;
}

std::string shorten(const std::string& text) {
  // "Exception from src/x.cpp:12:" and "Check 'c' failed at src/y.cpp:34:" say where, not what.
  static const std::regex positions(
      R"(Exception from [^\s]+:\d+:?|failed at [^\s]+:\d+:?|\[ GENERAL_ERROR \])");
  static const std::regex spaces(R"(\s+)");
  std::string result = std::regex_replace(text, positions, "");
  result = std::regex_replace(result, spaces, " ");
  const std::size_t start = result.find_first_not_of(' ');
  const std::size_t end = result.find_last_not_of(" .");
  return start == std::string::npos ? "" : result.substr(start, end - start + 1);
}

void check(const Api& api, Stage stage, StatusCode code) {
  if (code == 0) return;
  const char* last = api.ov_get_last_err_msg();
  std::string text = last == nullptr ? "" : last;
  if (text.empty()) text = api.ov_get_error_info(code);
  plugin::fail(classify(stage, text), shorten(text));
}

}  // namespace joulemark::openvino
