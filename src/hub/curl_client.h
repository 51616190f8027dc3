// SPDX-License-Identifier: Apache-2.0
// HTTP and HTTPS through libcurl.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "hub/http.h"

namespace joulemark::hub {

struct CurlOptions {
  double answer_timeout_s = 10;  ///< for a connection, and for the answer to HEAD
  double stall_timeout_s = 10;   ///< a GET that brings no byte for so long is broken
  std::string ca_file;           ///< certificates to trust; empty: the system's
  const std::atomic<bool>* interrupted = nullptr;  ///< ends the running request; must outlive it
};

/// A client that keeps connections open between requests, verifies certificates, and takes proxies
/// from the environment (https_proxy, no_proxy and so on).
std::unique_ptr<HttpClient> make_curl_client(const CurlOptions& options);

}  // namespace joulemark::hub
