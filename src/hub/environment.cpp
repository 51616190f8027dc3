// SPDX-License-Identifier: Apache-2.0
// Variables → HubEnvironment, with the precedence of huggingface_hub's constants.py.
#include "hub/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "net/url.h"

namespace joulemark::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxToken = 4096;

class Reader {
 public:
  explicit Reader(const Variables& variables) : variables_(variables) {}

  /// The value of the first of `names` that is set and not empty; else "".
  [[nodiscard]] std::string first(std::initializer_list<const char*> names) const {
    for (const char* name : names)
      if (auto value = variables_(name); value && !value->empty()) return *value;
    return "";
  }

  [[nodiscard]] bool is_on(std::initializer_list<const char*> names) const {
    std::string value = first(names);
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
  }

  /// The folder or file that the first of `names` says, with "~" for the home; else `otherwise`.
  [[nodiscard]] fs::path path(std::initializer_list<const char*> names,
                              const fs::path& otherwise) const {
    const std::string value = first(names);
    if (value.empty()) return otherwise;
    if (value == "~") return home();
    if (value.starts_with("~/")) return home() / value.substr(2);
    return value;
  }

  [[nodiscard]] fs::path home() const { return first({"HOME"}); }

 private:
  const Variables& variables_;
};

/// Without line ends and surrounding spaces, as the Python package cleans it.
std::string clean_token(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Status read_token(const Reader& reader, const fs::path& file, HubEnvironment& environment) {
  if (reader.is_on({"HF_HUB_DISABLE_IMPLICIT_TOKEN"})) return {};
  environment.token = clean_token(reader.first({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}));
  environment.token_source = "HF_TOKEN";
  std::error_code none;
  if (environment.token.empty() && fs::is_regular_file(file, none)) {
    const auto text = read_file(file, kMaxToken);
    if (!text) return fail(text.error());
    environment.token = clean_token(*text);
    environment.token_source = file.string();
  }
  const bool printable = std::all_of(environment.token.begin(), environment.token.end(),
                                     [](char c) { return c > 0x20 && c < 0x7f; });
  if (printable && environment.token.size() <= kMaxToken) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("the token in '{}' holds characters that no token has; copy it again "
                          "from the hub's page of access tokens",
                          environment.token_source));
}

Status read_timeout(const Reader& reader, const char* name, double& seconds) {
  const std::string text = reader.first({name});
  if (text.empty()) return {};
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  constexpr int kDay = 86400;
  if (error != std::errc() || stop != end || value < 1 || value > kDay)
    return fail(ErrorKind::kUsage,
                fmt::format("{} must be seconds from 1 to {}, not '{}'", name, kDay, text));
  seconds = value;
  return {};
}

Status read_endpoint(const Reader& reader, HubEnvironment& environment) {
  std::string endpoint = reader.first({"HF_ENDPOINT"});
  if (endpoint.empty()) return {};
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!net::origin_of(endpoint) || endpoint.find_first_of("?#") != std::string::npos)
    return fail(ErrorKind::kUsage,
                fmt::format("HF_ENDPOINT must be an address such as https://huggingface.co, not "
                            "'{}'",
                            net::shown_url(endpoint)));
  environment.endpoint = std::move(endpoint);
  return {};
}

}  // namespace

Result<HubEnvironment> read_environment(const Variables& variables) {
  const Reader reader(variables);
  HubEnvironment environment;
  const fs::path caches = reader.path({"XDG_CACHE_HOME"}, reader.home() / ".cache");
  const fs::path home = reader.path({"HF_HOME"}, caches / "huggingface");
  environment.cache = reader.path({"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}, home / "hub");
  if (reader.first({"HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HOME"})
          .empty())
    return fail(ErrorKind::kMachine,
                "there is no place for checkpoints: HOME is not set; set HF_HOME to a folder");
  environment.offline = reader.is_on({"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"});
  environment.ca_file = reader.first({"SSL_CERT_FILE"});
  if (auto read = read_endpoint(reader, environment); !read) return fail(read.error());
  const fs::path token_file = reader.path({"HF_TOKEN_PATH"}, home / "token");
  if (auto read = read_token(reader, token_file, environment); !read) return fail(read.error());
  for (auto [name, seconds] : {std::pair{"HF_HUB_ETAG_TIMEOUT", &environment.metadata_timeout_s},
                               {"HF_HUB_DOWNLOAD_TIMEOUT", &environment.stall_timeout_s}})
    if (auto read = read_timeout(reader, name, *seconds); !read) return fail(read.error());
  return environment;
}

}  // namespace joulemark::hub
