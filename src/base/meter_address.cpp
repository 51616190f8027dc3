// SPDX-License-Identifier: Apache-2.0
// One table of kinds; the address of each is read by the same rules.
#include "base/meter_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/text_table.h"

namespace joulemark {
namespace {

constexpr std::string_view kTlsSuffix = "+https";
constexpr int kHttpPort = 80;
constexpr int kHttpsPort = 443;
constexpr int kMaxPort = 65535;
constexpr int kMaxOutlet = 255;
constexpr std::size_t kMaxHost = 253;

struct KindRow {
  std::string_view scheme;
  MeterKind kind;
  std::optional<int> first_outlet;
  enum class Outlet { kNone, kOptional } outlet;
  int port;  ///< 0: that of HTTP or HTTPS
};

constexpr KindRow kKinds[] = {
    {"netio", MeterKind::kNetio, 1, KindRow::Outlet::kOptional, 0},
    {"shelly", MeterKind::kShelly, 0, KindRow::Outlet::kOptional, 0},
    {"shelly1", MeterKind::kShellyGen1, 0, KindRow::Outlet::kOptional, 0},
    {"tasmota", MeterKind::kTasmota, std::nullopt, KindRow::Outlet::kOptional, 0},
    {"ptd", MeterKind::kPtdaemon, std::nullopt, KindRow::Outlet::kNone, 8888},
};

tl::unexpected<Error> not_an_address(std::string_view text) {
  return fail(ErrorKind::kUsage,
              fmt::format("must be KIND://HOST[:PORT][/OUTLET] with netio, shelly, shelly1, "
                          "tasmota or ptd as KIND, like netio://192.168.1.20/1, not '{}'",
                          printable(text)));
}

tl::unexpected<Error> holds_credentials(std::string_view host) {
  return fail(ErrorKind::kUsage,
              fmt::format("may hold no user name and no password: write the address of '{}' "
                          "without them and set JOULEMARK_METER_USER and "
                          "JOULEMARK_METER_PASSWORD",
                          printable(host)));
}

const KindRow* find_kind(std::string_view scheme) {
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [&](const KindRow& row) { return row.scheme == scheme; });
  return found == std::end(kKinds) ? nullptr : found;
}

const KindRow& row_of(MeterKind kind) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds),
                       [&](const KindRow& row) { return row.kind == kind; });
}

std::optional<int> number_in(std::string_view text, int least, int most) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most) return std::nullopt;
  return value;
}

bool is_host(std::string_view host, bool v6) {
  const auto fits = [&](char c) {
    if (v6) return std::string_view("0123456789abcdefABCDEF:.").find(c) != std::string_view::npos;
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._").find(c) != std::string_view::npos;
  };
  return !host.empty() && host.size() <= kMaxHost && host.front() != '-' &&
         std::all_of(host.begin(), host.end(), fits);
}

/// "host", "host:80", "[::1]:80". Whether it is one.
bool read_place(std::string_view place, MeterAddress& address) {
  const bool v6 = place.starts_with('[');
  const auto end = v6 ? place.find(']') : place.find(':');
  if (v6 && end == std::string_view::npos) return false;
  const std::string_view host = v6 ? place.substr(1, end - 1) : place.substr(0, end);
  if (!is_host(host, v6)) return false;
  address.host = host;
  std::string_view rest = place.substr(std::min(place.size(), v6 ? end + 1 : end));
  if (rest.empty()) return true;
  const auto port = rest.starts_with(':') ? number_in(rest.substr(1), 1, kMaxPort) : std::nullopt;
  address.port = port.value_or(0);
  return port.has_value();
}

}  // namespace

Result<MeterAddress> parse_meter_address(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return not_an_address(text);
  std::string_view rest = text.substr(colon + 3);
  if (const auto at = rest.rfind('@'); at != std::string_view::npos)
    return holds_credentials(rest.substr(at + 1));
  std::string_view scheme = text.substr(0, colon);
  const bool tls = scheme.ends_with(kTlsSuffix);
  if (tls) scheme.remove_suffix(kTlsSuffix.size());
  const KindRow* row = find_kind(scheme);
  if (row == nullptr || (tls && row->port != 0)) return not_an_address(text);
  MeterAddress address{
      .kind = row->kind,
      .transport = tls ? MeterAddress::Transport::kTls : MeterAddress::Transport::kPlain,
      .host = "",
      .port = row->port != 0 ? row->port : (tls ? kHttpsPort : kHttpPort),
      .outlet = row->first_outlet};
  const auto slash = rest.find('/');
  if (!read_place(rest.substr(0, slash), address)) return not_an_address(text);
  rest = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  if (rest.empty()) return address;
  address.outlet = number_in(rest, 0, kMaxOutlet);
  if (row->outlet == KindRow::Outlet::kNone || !address.outlet) return not_an_address(text);
  return address;
}

Result<std::vector<MeterAddress>> parse_meter_addresses(const std::vector<std::string>& texts) {
  std::vector<MeterAddress> addresses;
  for (const std::string& text : texts) {
    auto address = parse_meter_address(text);
    if (!address) return fail(address.error());
    if (std::find(addresses.begin(), addresses.end(), *address) != addresses.end())
      return fail(ErrorKind::kUsage,
                  fmt::format("names '{}' twice: its energy would count twice", text));
    addresses.push_back(*std::move(address));
  }
  return addresses;
}

std::string bracketed_host(const MeterAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]", address.host) : address.host;
}

std::string to_string(const MeterAddress& address) {
  const bool tls = address.transport == MeterAddress::Transport::kTls;
  return fmt::format("{}{}://{}:{}{}", row_of(address.kind).scheme, tls ? kTlsSuffix : "",
                     bracketed_host(address), address.port,
                     address.outlet ? fmt::format("/{}", *address.outlet) : "");
}

}  // namespace joulemark
