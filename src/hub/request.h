// SPDX-License-Identifier: Apache-2.0
// Which checkpoint of the hub is meant: "hub:owner/name@revision" and the pieces of it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::hub {

/// What a model's source begins with when it stands on the hub.
inline constexpr std::string_view kScheme = "hub:";

struct HubRequest {
  std::string repository;         ///< "owner/name", or "name" alone for the oldest models
  std::string revision = "main";  ///< a branch, a tag, "refs/pr/1", or a commit
};

/// Reads "hub:owner/name[@revision]". kUsage when it is not that, or holds characters that the hub
/// does not allow in names or git in revisions; nothing of it can lead out of a folder.
Result<HubRequest> parse_request(std::string_view text);

/// The text that parse_request reads as `request`, without "@main".
std::string to_string(const HubRequest& request);

/// Whether `text` is a full commit: 40 digits of 0 to 9 and a to f.
bool is_commit(std::string_view text);

/// Whether `path` is a relative path with '/' that stays in its folder: no empty part, no ".",
/// "..", backslash or control character, at most 512 bytes.
bool is_safe_path(std::string_view path);

}  // namespace joulemark::hub
