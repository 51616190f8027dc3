// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "api/json/cursor.h"
#include "api/tensorflow/message.h"
#include "api/tensorflow/nested.h"

namespace joulemark::api::tensorflow {
namespace {

using Spans = std::map<std::string, std::string_view, std::less<>>;

tl::unexpected<Error> no_answer(std::string_view why) {
  return fail(ErrorKind::kUsage, fmt::format("what the server answers: {}", why));
}

bool is_among(const std::vector<Port>& ports, const std::string& name) {
  return std::any_of(ports.begin(), ports.end(),
                     [&](const Port& port) { return port.name == name; });
}

/// The value of each output by its name; nothing where the value is no object of outputs.
std::optional<Spans> named_outputs(std::string_view value, const std::vector<Port>& outputs) {
  JsonCursor cursor(value);
  if (cursor.peek() != '{') return std::nullopt;
  Spans spans;
  bool is_known = true;
  cursor.object([&](const std::string& name) {
    is_known = is_known && is_among(outputs, name);
    spans[name] = cursor.span();
  });
  // A single text may be an object itself: {"b64": "…"}.
  const bool is_text = outputs.size() == 1 && outputs[0].dtype == JM_STRING && !is_known;
  if (cursor.failed() || is_text) return std::nullopt;
  return spans;
}

}  // namespace

Result<std::vector<model::HostTensor>> read_predict_response(std::string_view body,
                                                             const std::vector<Port>& outputs) {
  JsonCursor cursor(body);
  std::optional<std::string_view> value;
  std::optional<std::string> error;
  cursor.object([&](const std::string& name) {
    if (name == "outputs")
      value = cursor.span();
    else if (name == "error" && cursor.peek() == '"')
      error = cursor.string();
    else
      cursor.ignore();
  });
  cursor.expect_end();
  if (cursor.failed()) return no_answer(cursor.failure());
  if (error) return no_answer(*error);
  if (!value) return no_answer("it has no 'outputs'");
  const auto spans = named_outputs(*value, outputs);
  if (!spans && outputs.size() != 1) return no_answer("its outputs have no names");
  std::vector<model::HostTensor> tensors;
  for (const Port& port : outputs) {
    const auto found = spans ? spans->find(port.name) : Spans::const_iterator{};
    if (spans && found == spans->end())
      return no_answer(fmt::format("it lacks the output '{}'", port.name));
    auto tensor = read_nested(port, spans ? found->second : *value);
    if (!tensor) return no_answer(tensor.error().message);
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

}  // namespace joulemark::api::tensorflow
