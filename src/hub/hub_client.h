// SPDX-License-Identifier: Apache-2.0
// The two questions to the hub: what is this file, and what is in it.
#pragma once

#include <cstdint>

#include "hub/backoff.h"
#include "hub/environment.h"
#include "hub/failure.h"
#include "hub/metadata.h"
#include "net/http.h"

namespace joulemark::hub {

template <class T>
using HubResult = tl::expected<T, HubFailure>;

/// Follows redirects itself, so that the token goes to the endpoint and to no other host.
class HubClient {
 public:
  /// All must outlive it.
  HubClient(net::HttpClient& http, const HubEnvironment& environment)
      : http_(http), environment_(environment) {}

  /// Asks once, without the content.
  HubResult<FileMetadata> metadata(const FileAddress& address);
  /// Asks again after `backoff`'s pauses while the network fails.
  HubResult<FileMetadata> metadata(const FileAddress& address, Backoff backoff);

  /// Asks once for the content from `offset` on, for `sink`. The answer is 200, with all of the
  /// content, or 206, with the range that its headers say.
  HubResult<net::HttpResponse> content(const FileAddress& address, std::uint64_t offset,
                                       const net::BodySink& sink);

  [[nodiscard]] const HubEnvironment& environment() const { return environment_; }

 private:
  [[nodiscard]] net::HttpRequest request_for(const FileAddress& address,
                                             net::HttpMethod method) const;
  HubResult<net::HttpResponse> follow(net::HttpRequest request, const FileAddress& address,
                                      const net::BodySink& sink);

  net::HttpClient& http_;
  const HubEnvironment& environment_;
};

}  // namespace joulemark::hub
