// SPDX-License-Identifier: Apache-2.0
// Requests as huggingface_hub makes them: /OWNER/NAME/resolve/REVISION/FILE.
#include "hub/hub_client.h"

#include <fmt/format.h>

#include "net/headers.h"
#include "net/url.h"

namespace joulemark::hub {
namespace {

constexpr int kMaxRedirects = 10;

/// A redirect that is followed; 304 and the like are no redirects.
bool is_redirect(const net::HttpResponse& response) {
  const int status = response.status;
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

tl::unexpected<HubFailure> refused(std::string message) {
  HubFailure failure;
  failure.error = {.kind = ErrorKind::kFailed, .message = std::move(message)};
  return tl::unexpected(std::move(failure));
}

/// Whether the answer to HEAD already says all: the rest of the way leads to a store of files,
/// which knows nothing of commits.
bool says_enough(const net::HttpRequest& request, const net::HttpResponse& response,
                 const std::string& target) {
  return request.method == net::HttpMethod::kHead && parse_metadata(response).has_value() &&
         net::origin_of(target) != net::origin_of(request.url);
}

}  // namespace

net::HttpRequest HubClient::request_for(const FileAddress& address, net::HttpMethod method) const {
  net::HttpRequest request{.method = method, .url = {}, .headers = {"Accept-Encoding: identity"}};
  request.url = fmt::format(
      "{}/{}/resolve/{}/{}", environment_.endpoint, address.repository.repository,
      net::percent_encode(address.repository.revision), net::percent_encode(address.file, "/"));
  return request;
}

HubResult<net::HttpResponse> HubClient::follow(net::HttpRequest request, const FileAddress& address,
                                               const net::BodySink& sink) {
  const auto trusted = net::origin_of(environment_.endpoint);
  for (int redirects = 0; redirects <= kMaxRedirects; ++redirects) {
    net::HttpRequest sent = request;
    if (!environment_.token.empty() && net::origin_of(request.url) == trusted)
      sent.headers.push_back("Authorization: Bearer " + environment_.token);
    auto response = http_.send(sent, sink);
    if (!response) return tl::unexpected(failure_of(response.error(), address, environment_));
    if (response->status >= 400)
      return tl::unexpected(failure_of(*response, address, environment_));
    if (!is_redirect(*response)) return std::move(*response);
    const auto target = net::redirect_target(request.url, header(*response, "location"));
    if (!target)
      return refused(
          fmt::format("cannot fetch '{}' of '{}': the server redirects to what is no "
                      "http or https address, or from https to http; check HF_ENDPOINT",
                      address.file, address.repository.repository));
    if (says_enough(request, *response, *target)) return std::move(*response);
    request.url = *target;
  }
  return refused(fmt::format("cannot fetch '{}' of '{}': more than {} redirects; check HF_ENDPOINT",
                             address.file, address.repository.repository, kMaxRedirects));
}

HubResult<FileMetadata> HubClient::metadata(const FileAddress& address) {
  const net::BodySink nothing{.begin = [](const net::HttpResponse&) { return true; },
                              .write = [](std::string_view) { return true; }};
  const auto response = follow(request_for(address, net::HttpMethod::kHead), address, nothing);
  if (!response) return tl::unexpected(response.error());
  if (auto metadata = parse_metadata(*response)) return std::move(*metadata);
  return refused(
      fmt::format("cannot fetch '{}' of '{}': what '{}' answered ({}) lacks X-Repo-Commit or an "
                  "ETag, so it is no hub; check HF_ENDPOINT and the proxy, if any is set",
                  address.file, address.repository.repository,
                  net::shown_url(environment_.endpoint), response->status));
}

HubResult<FileMetadata> HubClient::metadata(const FileAddress& address, Backoff backoff) {
  auto metadata = this->metadata(address);
  while (!metadata && backoff.wait_after(metadata.error())) metadata = this->metadata(address);
  return metadata;
}

HubResult<net::HttpResponse> HubClient::content(const FileAddress& address, std::uint64_t offset,
                                                const net::BodySink& sink) {
  net::HttpRequest request = request_for(address, net::HttpMethod::kGet);
  if (offset > 0) request.headers.push_back(fmt::format("Range: bytes={}-", offset));
  auto response = follow(std::move(request), address, sink);
  if (!response || response->status == 200 || response->status == 206) return response;
  return refused(
      fmt::format("cannot fetch '{}' of '{}': the server answered {} where 200 was "
                  "expected; check HF_ENDPOINT and the proxy, if any is set",
                  address.file, address.repository.repository, response->status));
}

}  // namespace joulemark::hub
