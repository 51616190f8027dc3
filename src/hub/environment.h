// SPDX-License-Identifier: Apache-2.0
// Where the hub is, who asks, and where what it gives is kept: the variables of the Python package.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"

namespace joulemark::hub {

struct HubEnvironment {
  std::string endpoint = "https://huggingface.co";  ///< no '/' at its end
  std::string token;               ///< empty: none. Sent to the endpoint, never shown or stored
  std::string token_source;        ///< the variable or the file that it came from
  std::filesystem::path cache;     ///< holds models--OWNER--NAME and .locks
  bool offline = false;            ///< no request is made
  double metadata_timeout_s = 10;  ///< without an answer: connecting, and asking about a file
  double stall_timeout_s = 10;     ///< without a byte of a file
  std::string ca_file;             ///< certificates to trust instead of the system's; empty: those
};

/// A variable's value; nothing when it is not set.
using Variables = std::function<std::optional<std::string>(const char*)>;

/// Reads HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HOME,
/// HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, XDG_CACHE_HOME, HOME, HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE,
/// HF_HUB_ETAG_TIMEOUT, HF_HUB_DOWNLOAD_TIMEOUT and SSL_CERT_FILE. Reads the file of the token.
/// kUsage when a value is none; a message never quotes a token.
Result<HubEnvironment> read_environment(const Variables& variables);

}  // namespace joulemark::hub
