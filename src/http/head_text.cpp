// SPDX-License-Identifier: Apache-2.0
#include "http/head_text.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <iterator>

namespace joulemark::http {
namespace {

void add(std::string& text, std::string_view name, std::string_view value) {
  const auto append = [&text](std::string_view part) {
    for (const char byte : part)
      if (byte != '\r' && byte != '\n' && byte != '\0') text += byte;
  };
  append(name);
  text += ": ";
  append(value);
  text += "\r\n";
}

std::string_view connection_of(const HeadFacts& facts) {
  if (facts.version < 11) return facts.keeps_alive ? "keep-alive" : "close";
  return facts.keeps_alive ? "" : "close";
}

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

std::string head_text(const Head& head, const HeadFacts& facts) {
  namespace wire = boost::beast::http;
  const auto reason =
      wire::obsolete_reason(wire::int_to_status(static_cast<unsigned>(head.status)));
  std::string text;
  text.reserve(256);
  fmt::format_to(std::back_inserter(text), "HTTP/{}.{} {} ", facts.version / 10, facts.version % 10,
                 head.status);
  text.append(reason.data(), reason.size());
  text += "\r\nServer: joulemark\r\n";
  add(text, "Date", facts.date);
  if (!has_no_body(head.status)) {
    add(text, "Content-Type", head.content_type);
    if (facts.length)
      fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", *facts.length);
    else if (facts.version >= 11)
      text += "Transfer-Encoding: chunked\r\n";
  }
  for (const Header& header : head.headers) add(text, header.name, header.value);
  if (const auto connection = connection_of(facts); !connection.empty())
    add(text, "Connection", connection);
  text += "\r\n";
  return text;
}

}  // namespace joulemark::http
