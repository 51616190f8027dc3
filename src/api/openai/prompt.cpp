// SPDX-License-Identifier: Apache-2.0
#include "api/openai/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace joulemark::api::openai {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostStops = 4;
constexpr std::size_t kLongestStop = 1024;

/// Whether all of an array that is not empty are of that kind.
template <class Is>
bool all_are(const json& values, Is is) {
  return values.is_array() && !values.empty() && std::all_of(values.begin(), values.end(), is);
}

std::string joined_parts(const Field& field, const json& parts) {
  std::string text;
  bool is_first = true;
  for (const json& part : parts) {
    const std::string type = part.is_object() && part.contains("type") && part["type"].is_string()
                                 ? part["type"].get<std::string>()
                                 : "?";
    if (type != "text" || !part.contains("text") || !part["text"].is_string()) {
      field.refuse(
          fmt::format("parts of a content are of type 'text'; '{}' is not supported", type));
      return {};
    }
    if (!std::exchange(is_first, false)) text += '\n';
    text += part["text"].get<std::string>();
  }
  return text;
}

std::string read_content(const Field& field, const json& message) {
  const auto content = message.find("content");
  if (content != message.end() && content->is_string()) return content->get<std::string>();
  if (content != message.end() && content->is_array()) return joined_parts(field, *content);
  field.refuse("every message has a 'content', which is a text or an array of parts");
  return {};
}

ordered_json read_message(const Field& field, const json& message) {
  if (!message.is_object() || !message.contains("role") || !message["role"].is_string()) {
    field.refuse("every message is an object with a 'role'");
    return {};
  }
  ordered_json made = {{"role", message["role"].get<std::string>()},
                       {"content", read_content(field, message)}};
  for (const auto& [key, value] : message.items()) {
    if (key == "role" || key == "content" || value.is_null()) continue;
    if (key == "name" && value.is_string())
      made["name"] = value.get<std::string>();
    else
      field.refuse(fmt::format("'{}' of a message is not supported", key));
  }
  return made;
}

}  // namespace

std::vector<Prompt> read_prompts(const Field& field) {
  const json& value = field.value;
  const auto is_text = [](const json& each) { return each.is_string(); };
  const auto is_number = [](const json& each) { return each.is_number(); };
  const auto are_ids = [&](const json& each) { return all_are(each, is_number); };
  if (value.is_string()) return {value.get<std::string>()};
  if (all_are(value, is_number)) return {field.ids()};
  std::vector<Prompt> prompts;
  if (all_are(value, is_text)) {
    for (const json& text : value) prompts.emplace_back(text.get<std::string>());
  } else if (all_are(value, are_ids)) {
    for (const json& ids : value) prompts.emplace_back(Field{field.name, ids, field.error}.ids());
  } else {
    field.refuse(fmt::format("'{}' is a text, an array of texts, token ids, or an array of these",
                             field.name));
  }
  return prompts;
}

std::string read_messages(const Field& field) {
  if (!field.value.is_array() || field.value.empty()) {
    field.refuse(fmt::format("'{}' is an array of at least one message", field.name));
    return {};
  }
  ordered_json made = ordered_json::array();
  for (const json& message : field.value) {
    made.push_back(read_message(field, message));
    if (field.error) return {};
  }
  return made.dump();
}

std::vector<std::string> read_stops(const Field& field) {
  const json one = json::array({field.value});
  const json& all = field.value.is_string() ? one : field.value;
  const auto fits = [](const json& stop) {
    return stop.is_string() && !stop.get_ref<const std::string&>().empty() &&
           stop.get_ref<const std::string&>().size() <= kLongestStop;
  };
  if (!all.is_array() || all.size() > kMostStops || !std::all_of(all.begin(), all.end(), fits)) {
    field.refuse(fmt::format("'{}' is a text of 1 to {} bytes, or an array of up to {}", field.name,
                             kLongestStop, kMostStops));
    return {};
  }
  return all.get<std::vector<std::string>>();
}

}  // namespace joulemark::api::openai
