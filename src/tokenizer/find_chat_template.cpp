// SPDX-License-Identifier: Apache-2.0
// Where a checkpoint keeps its chat template, and the names of the tokens it may use.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/file.h"
#include "tokenizer/chat_template.h"

namespace joulemark::tokenizer {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostConfigBytes = std::uintmax_t{64} << 20;
constexpr std::uintmax_t kMostTemplateBytes = std::uintmax_t{1} << 20;

struct Source {
  std::string text;
  fs::path file;
};

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

/// The object that `file` holds; an empty one where there is no such file.
Result<json> read_object(const fs::path& file) {
  if (!is_there(file)) return json::object();
  const auto text = read_file(file, kMostConfigBytes);
  if (!text) return fail(text.error());
  json value = json::parse(*text, nullptr, false);
  if (!value.is_object())
    return fail(ErrorKind::kFailed, fmt::format("'{}' holds no JSON object", file.string()));
  return value;
}

/// A template, or the one named "default" of a list of them.
std::optional<std::string> template_in(const json& config) {
  const auto found = config.find("chat_template");
  if (found == config.end()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return std::nullopt;
  for (const json& named : *found)
    if (named.is_object() && named.value("name", json()) == "default" &&
        named.value("template", json()).is_string())
      return named["template"].get<std::string>();
  return std::nullopt;
}

Result<std::optional<Source>> read_source(const fs::path& file) {
  auto text = read_file(file, kMostTemplateBytes);
  if (!text) return fail(text.error());
  return Source{*std::move(text), file};
}

Result<std::optional<Source>> find_source(const fs::path& folder, const json& config) {
  if (is_there(folder / "chat_template.jinja")) return read_source(folder / "chat_template.jinja");
  const auto alone = read_object(folder / "chat_template.json");
  if (!alone) return fail(alone.error());
  if (auto text = template_in(*alone))
    return Source{*std::move(text), folder / "chat_template.json"};
  if (auto text = template_in(config))
    return Source{*std::move(text), folder / "tokenizer_config.json"};
  return std::optional<Source>();
}

/// The name of a token: a string, or an object that has it as `content`.
std::string token_name(const json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return {};
  const json& value = found->is_object() ? found->value("content", json()) : *found;
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

Result<std::optional<ChatTemplate>> load_chat_template(const fs::path& folder,
                                                       const std::optional<fs::path>& file) {
  const auto config = read_object(folder / "tokenizer_config.json");
  if (!config) return fail(config.error());
  const auto source = file ? read_source(*file) : find_source(folder, *config);
  if (!source) return fail(source.error());
  if (!source->has_value()) return std::optional<ChatTemplate>();
  auto made = ChatTemplate::parse((*source)->text, (*source)->file.string());
  if (!made) return fail(made.error());
  made->set_special_tokens(token_name(*config, "bos_token"), token_name(*config, "eos_token"));
  return std::optional<ChatTemplate>(*std::move(made));
}

}  // namespace joulemark::tokenizer
