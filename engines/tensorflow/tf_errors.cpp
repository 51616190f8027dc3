// SPDX-License-Identifier: Apache-2.0
// The table of texts that tell what TensorFlow lacks from a model that is wrong.
#include "tf_errors.h"

#include <algorithm>
#include <array>

#include "plugin_kit/phrases.h"
#include "plugin_kit/status.h"

namespace joulemark::tf {
namespace {

/// First match counts.
constexpr std::array<plugin::Phrase, 11> kPhrases = {{
    {"OOM when allocating", JM_OUT_OF_MEMORY},
    {"Failed to allocate memory", JM_OUT_OF_MEMORY},
    {"No OpKernel was registered", JM_UNSUPPORTED},
    {"No registered '", JM_UNSUPPORTED},
    {"Op type not registered", JM_UNSUPPORTED},
    {"is not in the list of allowed values", JM_UNSUPPORTED},
    {"only supports", JM_UNSUPPORTED},
    {"not supported", JM_UNSUPPORTED},
    {"unsupported", JM_UNSUPPORTED},
    {"not implemented", JM_UNSUPPORTED},
    {"Unimplemented", JM_UNSUPPORTED},
}};

}  // namespace

std::string brief(std::string text) {
  // "…\n\t [[{{node conv1}}]]": which node is told elsewhere where it is known; what follows are
  // lists of registered kernels and lines for Python.
  if (const std::size_t end = text.find('\n'); end != std::string::npos) {
    const std::size_t node = text.find("{{node ", end);
    std::string name;
    if (node != std::string::npos) name = text.substr(node + 7, text.find("}}", node) - node - 7);
    text.resize(end);
    if (!name.empty() && text.find(name) == std::string::npos) text += " (node '" + name + "')";
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

jm_status classify(Stage stage, Code code, const std::string& text) {
  if (code == kUnimplemented) return JM_UNSUPPORTED;
  if (code == kResourceExhausted) return JM_OUT_OF_MEMORY;
  if (const auto meaning = plugin::meaning_of(text, kPhrases)) return *meaning;
  if (stage == Stage::kLoad) return JM_INVALID_MODEL;
  return JM_FAILED;
}

void Outcome::check(Stage stage) const {
  if (ok()) return;
  const std::string text = api_.TF_Message(status_);
  plugin::fail(classify(stage, api_.TF_GetCode(status_), text), brief(text));
}

}  // namespace joulemark::tf
