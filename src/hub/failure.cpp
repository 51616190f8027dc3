// SPDX-License-Identifier: Apache-2.0
// Statuses and X-Error-Code → messages with remedies. Text of the server's is quoted, cleaned.
#include "hub/failure.h"

#include <fmt/format.h>

#include "base/text_table.h"
#include "net/headers.h"
#include "net/url.h"

namespace joulemark::hub {
namespace {

using Reason = HubFailure::Reason;

/// The words that every message needs.
struct Words {
  Words(const FileAddress& address, const HubEnvironment& environment)
      : repository(address.repository.repository),
        revision(address.repository.revision),
        file(address.file),
        endpoint(net::shown_url(environment.endpoint)),
        has_token(!environment.token.empty()),
        token_source(environment.token_source) {}

  /// What to do about the token.
  [[nodiscard]] std::string token_remedy() const {
    if (!has_token) return "set HF_TOKEN to a token that may read it";
    return fmt::format("the token from '{}' may not read it, so use one that may", token_source);
  }

  std::string repository, revision, file, endpoint;
  bool has_token;
  std::string token_source;
};

HubFailure make(Reason reason, ErrorKind kind, std::string message) {
  HubFailure failure;
  failure.reason = reason;
  failure.error = {.kind = kind, .message = std::move(message)};
  return failure;
}

HubFailure no_repository(const Words& words) {
  return make(Reason::kNoAccess, ErrorKind::kUsage,
              fmt::format("cannot fetch '{}' from '{}': there is no such repository, or it is "
                          "private; check its name, or {}",
                          words.repository, words.endpoint, words.token_remedy()));
}

HubFailure gated(const Words& words) {
  return make(Reason::kNoAccess, ErrorKind::kMachine,
              fmt::format("cannot fetch '{0}' from '{1}': its authors grant access on request; "
                          "accept their terms at '{1}/{0}', and {2}",
                          words.repository, words.endpoint, words.token_remedy()));
}

HubFailure no_revision(const Words& words) {
  return make(Reason::kNoRevision, ErrorKind::kUsage,
              fmt::format("cannot fetch '{0}': it has no branch, tag or commit '{1}'; see "
                          "'{2}/{0}' for those it has",
                          words.repository, words.revision, words.endpoint));
}

HubFailure no_file(const Words& words, const net::HttpResponse& response) {
  HubFailure failure = make(Reason::kNoFile, ErrorKind::kFailed,
                            fmt::format("cannot fetch '{}' of '{}': revision '{}' has no such file",
                                        words.file, words.repository, words.revision));
  if (std::string commit = header(response, "x-repo-commit"); is_commit(commit))
    failure.commit = std::move(commit);
  return failure;
}

HubFailure refused_token(const Words& words) {
  if (!words.has_token) return no_repository(words);
  return make(Reason::kNoAccess, ErrorKind::kMachine,
              fmt::format("cannot fetch '{}' from '{}': the token from '{}' is not valid there; "
                          "make a new one, or unset it for public models",
                          words.repository, words.endpoint, words.token_source));
}

HubFailure by_status(const net::HttpResponse& response, const Words& words) {
  constexpr std::size_t kMaxQuoted = 200;
  const std::string said = printable(header(response, "x-error-message")).substr(0, kMaxQuoted);
  const std::string quoted = said.empty() ? "" : fmt::format(" ('{}')", said);
  const int status = response.status;
  const std::string what =
      fmt::format("cannot fetch '{}' of '{}' from '{}': the server answered {}{}", words.file,
                  words.repository, words.endpoint, status, quoted);
  if (status == 429 || status == 408 || status >= 500) {
    HubFailure failure = make(Reason::kNetwork, ErrorKind::kFailed, what + "; try again later");
    failure.retry_after_s = net::parse_retry_after(header(response, "retry-after"));
    return failure;
  }
  if (status == 403)
    return make(Reason::kNoAccess, ErrorKind::kMachine, what + "; " + words.token_remedy());
  return make(Reason::kRefused, ErrorKind::kFailed,
              what + "; check HF_ENDPOINT and the proxy, if any is set");
}

}  // namespace

HubFailure failure_of(const net::HttpResponse& response, const FileAddress& address,
                      const HubEnvironment& environment) {
  const Words words(address, environment);
  const std::string code = header(response, "x-error-code");
  if (code == "RepoNotFound") return no_repository(words);
  if (code == "GatedRepo") return gated(words);
  if (code == "RevisionNotFound") return no_revision(words);
  if (code == "EntryNotFound" || (code.empty() && response.status == 404))
    return no_file(words, response);
  if (response.status == 401) return refused_token(words);
  return by_status(response, words);
}

HubFailure failure_of(const net::Failure& failure, const FileAddress& address,
                      const HubEnvironment& environment) {
  const Words words(address, environment);
  const std::string reason = printable(failure.message);
  switch (failure.kind) {
    case net::Failure::Kind::kUnreachable:
      return make(Reason::kNetwork, ErrorKind::kMachine,
                  fmt::format("cannot reach '{}' for '{}': {}; check the network and the variables "
                              "of the proxy, or set HF_ENDPOINT to a mirror",
                              words.endpoint, words.repository, reason));
    case net::Failure::Kind::kBroken:
    case net::Failure::Kind::kTimedOut:
      return make(Reason::kNetwork, ErrorKind::kFailed,
                  fmt::format("cannot fetch '{}' of '{}': the connection broke off: {}; the same "
                              "command goes on where it stopped",
                              words.file, words.repository, reason));
    case net::Failure::Kind::kRefused:
      return make(Reason::kRefused, ErrorKind::kMachine,
                  fmt::format("cannot fetch '{}' of '{}' from '{}': {}; check HF_ENDPOINT, and "
                              "SSL_CERT_FILE if the network has certificates of its own",
                              words.file, words.repository, words.endpoint, reason));
    case net::Failure::Kind::kStopped:
      return make(Reason::kStopped, ErrorKind::kInterrupted,
                  fmt::format("fetching '{}' was interrupted; the same command goes on where it "
                              "stopped",
                              words.repository));
  }
  return {};
}

}  // namespace joulemark::hub
