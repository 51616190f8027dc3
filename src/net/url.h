// SPDX-License-Identifier: Apache-2.0
// Addresses: quoting, comparing hosts, following a redirect, and showing one without its secrets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulemark::net {

/// `text` with every byte but letters, digits and "-._~" as %XX; '/' too, unless it is among
/// `kept`.
std::string percent_encode(std::string_view text, std::string_view kept = "");

/// "https://host:443" of an http or https address, in lower case with its port; nothing for others.
std::optional<std::string> origin_of(const std::string& url);

/// The address that `location`, which may be relative, means on a page of `base`; nothing when it
/// is no http or https address, or leads from https to http.
std::optional<std::string> redirect_target(const std::string& base, const std::string& location);

/// Scheme, host, port and path; user names, passwords and signatures are left out. For messages.
std::string shown_url(const std::string& url);

}  // namespace joulemark::net
