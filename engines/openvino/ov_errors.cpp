// SPDX-License-Identifier: Apache-2.0
// The table of texts that tell what OpenVINO lacks from a model that is wrong.
#include "ov_errors.h"

#include <sys/resource.h>

#include <array>
#include <regex>

#include "plugin_kit/phrases.h"
#include "plugin_kit/status.h"

namespace joulemark::openvino {
namespace {

/// First match counts. A conversion that fails has met an operator, or a form of one, that the
/// importer lacks.
constexpr std::array<plugin::Phrase, 14> kPhrases = {{
    {"bad_alloc", JM_OUT_OF_MEMORY},
    {"Failed to allocate", JM_OUT_OF_MEMORY},
    {"annot allocate memory", JM_OUT_OF_MEMORY},
    {"failed to map segment", JM_OUT_OF_MEMORY},
    {"outside the base directory", JM_UNSUPPORTED},
    {"Model wasn't fully converted", JM_UNSUPPORTED},
    {"not support", JM_UNSUPPORTED},
    {"n't support", JM_UNSUPPORTED},
    {"nsupported", JM_UNSUPPORTED},
    {"Not Implemented", JM_UNSUPPORTED},
    {"not implemented", JM_UNSUPPORTED},
    {"NOT IMPLEMENTED", JM_UNSUPPORTED},
    {"NotImplemented", JM_UNSUPPORTED},
    {"No conversion rule", JM_UNSUPPORTED},
}};

/// What stands between two marks; "" without the first.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.find(from);
  if (start == std::string::npos) return "";
  const std::size_t begin = start + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

std::string trimmed(const std::string& text) {
  const std::size_t start = text.find_first_not_of(' ');
  const std::size_t end = text.find_last_not_of(" .");
  return start == std::string::npos ? "" : text.substr(start, end - start + 1);
}

/// The importer's report ends with a summary of the operators: they come first here. "Mod-28" is
/// the operator Mod of opset 28.
std::string operators_first(const std::string& text) {
  if (const std::string missing = between(text, "No conversion rule found for operations:", "--");
      !missing.empty())
    return "no conversion for the operators " + trimmed(missing);
  const std::string failed = between(text, "Conversion is failed for:", "--");
  if (failed.empty()) return text;
  return "no conversion for this form of the operator " + trimmed(failed) + ": " +
         trimmed(between(text, "with a message:", "Summary:"));
}

/// Whether the library says that it has no reader for ONNX, which each of ours has: then it was not
/// loaded, and the model that it blames is innocent.
bool lacks_onnx_reader(const std::string& text) {
  constexpr const char* kFrontends = "Available frontends:";
  const std::size_t at = text.find(kFrontends);
  return at != std::string::npos && text.find("onnx", at) == std::string::npos;
}

[[noreturn]] void fail_without_reader() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    plugin::fail(JM_OUT_OF_MEMORY,
                 "the library could not load its reader of ONNX models within the limit of " +
                     std::to_string(limit.rlim_cur >> 20) +
                     " MiB of address space; raise it with 'ulimit -v'");
  plugin::fail(
      JM_LIBRARY_UNUSABLE,
      "the library could not load its reader of ONNX models: it lies beside the library as "
      "libopenvino_onnx_frontend.so, or memory is short; install OpenVINO again");
}

/// What a user can do about it, where the library does not say.
std::string remedy(const std::string& text) {
  if (text.find("outside the base directory") == std::string::npos) return "";
  return "; OpenVINO reads external data in the model's own folder only: copy model and data there "
         "with 'cp -L', which follows links";
}

}  // namespace

jm_status classify(Stage stage, const std::string& text) {
  if (const auto meaning = plugin::meaning_of(text, kPhrases)) return *meaning;
  return stage == Stage::kLoad ? JM_INVALID_MODEL : JM_FAILED;
}

std::string shorten(const std::string& text) {
  // "Exception from src/x.cpp:12:" and "failed at src/y.cpp:34:" say where, not what.
  static const std::regex positions(
      R"(Exception from [^\s]+:\d+:?|failed at [^\s]+:\d+:?|\[ GENERAL_ERROR \])");
  static const std::regex spaces(R"(\s+)");
  std::string result = std::regex_replace(text, positions, "");
  result = std::regex_replace(result, spaces, " ");
  return operators_first(trimmed(result));
}

void check(const Api& api, Stage stage, StatusCode code) {
  if (code == 0) return;
  const char* last = api.ov_get_last_err_msg();
  std::string text = last == nullptr ? "" : last;
  if (text.empty()) text = api.ov_get_error_info(code);
  if (stage == Stage::kLoad && lacks_onnx_reader(text)) fail_without_reader();
  plugin::fail(classify(stage, text), shorten(text) + remedy(text));
}

}  // namespace joulemark::openvino
