// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_access.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cli/flag_numbers.h"
#include "cli/output.h"
#include "cli/token_file.h"

namespace joulemark::cli {
namespace {

constexpr const char* kTokenVariable = "JOULEMARK_SERVE_TOKEN";
constexpr std::int64_t kDefaultPort = 8000;
constexpr std::int64_t kDefaultBodyMib = 64;
constexpr std::int64_t kMostBodyMib = 16384;
constexpr std::int64_t kDefaultHeldMib = 256, kHeldBodies = 4;
constexpr std::int64_t kMostHeldMib = 1 << 20;
constexpr std::int64_t kDefaultConnections = 10'000;
constexpr std::int64_t kMostConnections = 1'000'000;

/// Addresses that this machine alone reaches.
bool is_loopback(const std::string& host) {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/// Of the file or the variable; "" for none.
Result<std::string> read_token(const ServeFlags& flags) {
  if (!flags.token_file.empty()) return read_token_file(flags.token_file);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets variables here
  const char* variable = std::getenv(kTokenVariable);
  if (variable == nullptr) return "";
  if (auto sound = check_token(variable, kTokenVariable); !sound) return fail(sound.error());
  return variable;
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

/// How much clients may send, and how many they may be.
Status apply_limits(const ServeFlags& flags, serve::ListenConfig& listen) {
  const auto body = count_within("--body-limit", flags.body_mib, kDefaultBodyMib, kMostBodyMib);
  if (!body) return fail(body.error());
  const auto held = count_within("--bodies-limit", flags.held_mib,
                                 std::max(kDefaultHeldMib, kHeldBodies * *body), kMostHeldMib);
  if (!held) return fail(held.error());
  if (*held < *body)
    return fail(ErrorKind::kUsage,
                fmt::format("--bodies-limit must be at least the {} MiB of --body-limit, not {}",
                            *body, *held));
  const auto connections =
      count_within("--max-connections", flags.connections, kDefaultConnections, kMostConnections);
  if (!connections) return fail(connections.error());
  listen.body_bytes = static_cast<std::size_t>(*body) << 20;
  listen.held_bytes = static_cast<std::size_t>(*held) << 20;
  listen.connections = static_cast<std::size_t>(*connections);
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
  if (flags.certificate.empty() != flags.key.empty())
    return fail(ErrorKind::kUsage, "--tls-certificate and --tls-key go together");
  auto token = read_token(flags);
  if (!token) return fail(token.error());
  serve::ListenConfig listen{.host = flags.host,
                             .port = static_cast<int>(port),
                             .certificate = absolute(flags.certificate),
                             .key = absolute(flags.key),
                             .token = *std::move(token)};
  if (auto limited = apply_limits(flags, listen); !limited) return fail(limited.error());
  if (auto open = check_open_address(listen); !open) return fail(open.error());
  return listen;
}

}  // namespace joulemark::cli
