// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/fixture_test.h"

#include <nlohmann/json.hpp>

#include "api/sse.h"

namespace joulemark::serve {

using joulemark::testing::NotedAnswer;
using nlohmann::json;

json choice_of(const NotedAnswer& answer, std::size_t index) {
  return json::parse(answer.body).at("choices").at(index);
}

json error_of(const NotedAnswer& answer) {
  return json::parse(answer.body).at("error");
}

std::vector<json> chunks_of(const NotedAnswer& answer) {
  api::EventReader reader;
  const auto events = reader.read(answer.body).value();
  std::vector<json> chunks;
  for (const api::ServerEvent& event : events) {
    if (event.data == "[DONE]") return chunks;
    chunks.push_back(json::parse(event.data));
  }
  ADD_FAILURE() << "the stream has no end";
  return chunks;
}

std::vector<std::string> texts_of(const NotedAnswer& answer) {
  std::vector<std::string> texts;
  for (const json& chunk : chunks_of(answer))
    for (const json& choice : chunk.at("choices")) texts.push_back(choice.at("text"));
  return texts;
}

}  // namespace joulemark::serve
