// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_access.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

constexpr const char* kTokenVariable = "JOULEMARK_SERVE_TOKEN";
constexpr std::int64_t kDefaultPort = 8000;
constexpr std::int64_t kDefaultBodyMib = 64;
constexpr std::int64_t kMostBodyMib = 16384;

/// Addresses that this machine alone reaches.
bool is_loopback(const std::string& host) {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/// Of the file or the variable; "" for none.
Result<std::string> read_token(const ServeFlags& flags) {
  if (flags.token_file.empty()) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets variables here
    const char* variable = std::getenv(kTokenVariable);
    return variable == nullptr ? "" : variable;
  }
  auto text = read_file(flags.token_file);
  if (!text) return fail(ErrorKind::kUsage, text.error().message);
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (!text->empty()) return text;
  return fail(ErrorKind::kUsage, fmt::format("--token-file '{}' is empty", flags.token_file));
}

Status check_token(const std::string& token) {
  const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (printable) return {};
  return fail(ErrorKind::kUsage,
              "the token has blanks or characters that no header can hold; use letters and digits");
}

Status check_open_address(const serve::ListenConfig& listen) {
  if (is_loopback(listen.host)) return {};
  if (listen.token.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("others reach '{}', and anybody could use the model; give a token with "
                            "--token-file or {}",
                            listen.host, kTokenVariable));
  if (listen.certificate.empty())
    print_note(
        fmt::format("'{}' is reached without TLS: token, prompts and answers can be read on "
                    "the way; give --tls-certificate and --tls-key, or put a proxy with TLS "
                    "in front",
                    listen.host));
  return {};
}

std::string absolute(const std::string& path) {
  std::error_code error;
  return path.empty() ? path : std::filesystem::absolute(path, error).string();
}

}  // namespace

Result<serve::ListenConfig> listen_config(const ServeFlags& flags) {
  const std::int64_t port = flags.port.value_or(kDefaultPort);
  if (port < 0 || port > 65535)
    return fail(ErrorKind::kUsage,
                fmt::format("--port must be 1 to 65535, or 0 for one that is free, not {}", port));
  const std::int64_t body_mib = flags.body_mib.value_or(kDefaultBodyMib);
  if (body_mib < 1 || body_mib > kMostBodyMib)
    return fail(ErrorKind::kUsage,
                fmt::format("--body-limit must be 1 to {} MiB, not {}", kMostBodyMib, body_mib));
  if (flags.certificate.empty() != flags.key.empty())
    return fail(ErrorKind::kUsage, "--tls-certificate and --tls-key go together");
  auto token = read_token(flags);
  if (!token) return fail(token.error());
  if (auto sound = check_token(*token); !sound) return fail(sound.error());
  serve::ListenConfig listen{.host = flags.host,
                             .port = static_cast<int>(port),
                             .certificate = absolute(flags.certificate),
                             .key = absolute(flags.key),
                             .token = *std::move(token),
                             .body_bytes = static_cast<std::size_t>(body_mib) << 20};
  if (auto open = check_open_address(listen); !open) return fail(open.error());
  return listen;
}

}  // namespace joulemark::cli
