// SPDX-License-Identifier: Apache-2.0
// The header Date (RFC 9110, 6.6.1).
#pragma once

#include <string>

namespace joulemark::http {

/// Now: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date();

}  // namespace joulemark::http
