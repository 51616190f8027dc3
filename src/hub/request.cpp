// SPDX-License-Identifier: Apache-2.0
// The rules for names are those of the Python package huggingface_hub, for revisions those of git.
#include "hub/request.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::hub {
namespace {

constexpr std::size_t kMaxNamePart = 96;
constexpr std::size_t kMaxRevision = 256;
constexpr std::size_t kMaxPath = 512;
constexpr std::size_t kCommitDigits = 40;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// An owner or a name: it begins and ends with a letter, a digit or '_'.
bool is_name_part(std::string_view part) {
  if (part.empty() || part.size() > kMaxNamePart) return false;
  if (!is_word(part.front()) || !is_word(part.back())) return false;
  return std::all_of(part.begin(), part.end(),
                     [](char c) { return is_word(c) || c == '-' || c == '.'; });
}

bool is_repository(std::string_view text) {
  if (text.find("--") != std::string_view::npos || text.find("..") != std::string_view::npos)
    return false;
  if (text.ends_with(".git")) return false;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return is_name_part(text);
  return is_name_part(text.substr(0, slash)) && is_name_part(text.substr(slash + 1));
}

bool is_revision(std::string_view text) {
  constexpr std::string_view kForbidden = " ~^:?*[";
  if (text.size() > kMaxRevision || !is_safe_path(text)) return false;
  if (text.find("..") != std::string_view::npos || text.find("@{") != std::string_view::npos)
    return false;
  if (text.starts_with('.') || text.find("/.") != std::string_view::npos) return false;
  return text.find_first_of(kForbidden) == std::string_view::npos;
}

tl::unexpected<Error> bad_request(std::string_view text, std::string_view why) {
  std::string shown(text.substr(0, kMaxPath));
  std::replace_if(shown.begin(), shown.end(), is_control, '?');
  return fail(ErrorKind::kUsage,
              fmt::format("'{}' names no checkpoint: {}; write hub:OWNER/NAME or "
                          "hub:OWNER/NAME@REVISION, such as hub:openai-community/gpt2@main",
                          shown, why));
}

}  // namespace

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath) return false;
  if (std::any_of(path.begin(), path.end(), is_control)) return false;
  if (path.find('\\') != std::string_view::npos) return false;
  while (true) {
    const auto slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_commit(std::string_view text) {
  return text.size() == kCommitDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<HubRequest> parse_request(std::string_view text) {
  if (!text.starts_with(kScheme)) return bad_request(text, "it does not begin with 'hub:'");
  const std::string_view rest = text.substr(kScheme.size());
  const auto at = rest.find('@');
  HubRequest request{.repository = std::string(rest.substr(0, at))};
  if (!is_repository(request.repository))
    return bad_request(text,
                       "owner and name are of letters, digits, '-', '_' and '.', at most 96 each, "
                       "without '--' and '..'");
  if (at == std::string_view::npos) return request;
  request.revision = rest.substr(at + 1);
  if (!is_revision(request.revision))
    return bad_request(text, "what stands behind '@' can be no branch, tag or commit");
  return request;
}

std::string to_string(const HubRequest& request) {
  const std::string revision = request.revision == "main" ? "" : "@" + request.revision;
  return fmt::format("{}{}{}", kScheme, request.repository, revision);
}

}  // namespace joulemark::hub
