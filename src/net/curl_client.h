// SPDX-License-Identifier: Apache-2.0
// HTTP and HTTPS through libcurl.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "net/http.h"

namespace joulemark::net {

struct CurlOptions {
  double answer_timeout_s = 10;  ///< for a connection, and for the answer to HEAD
  double stall_timeout_s = 10;   ///< a GET that brings no byte for so long is broken
  double total_timeout_s = 0;    ///< for all of a request; 0: as long as it goes on
  enum class Proxies { kOfEnvironment, kNone } proxies = Proxies::kOfEnvironment;
  std::string ca_file = {};                        ///< certificates to trust; empty: the system's
  const std::atomic<bool>* interrupted = nullptr;  ///< ends the running request; must outlive it
};

/// A client that keeps connections open between requests, verifies certificates, and takes proxies
/// from the environment (https_proxy, no_proxy and so on) unless told otherwise. One thread uses it
/// at a time.
std::unique_ptr<HttpClient> make_curl_client(const CurlOptions& options);

}  // namespace joulemark::net
