// SPDX-License-Identifier: Apache-2.0
// What is asked of a server before it is measured: requests as text, answers as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"
#include "http/message.h"

namespace joulemark::http_engine {

/// Who is asked, and how he knows us.
struct Peer {
  http::Url url;
  std::string bearer;  ///< "": none
  Trust trust = {};    ///< of https

  /// The address of `path` below the server's own.
  [[nodiscard]] http::Url at(std::string_view path) const;
};

/// Throws plugin::Failure for an address that is none.
http::Url read_url(const std::string& text);

struct Body {
  std::string_view bytes;
  std::vector<http::Header> headers = {};
};
/// The bytes of "POST path".
std::string post_text(const Peer& peer, std::string_view path, const Body& body);
/// The bytes of "GET path".
std::string get_text(const Peer& peer, std::string_view path);

struct Reply {
  int status = 0;
  std::string server;  ///< header Server
  std::string body;
};
/// Throws ConnectionLost.
Reply get(const Peer& peer, std::string_view path);
Reply post(const Peer& peer, std::string_view path, const Body& body);

/// An object, or one without members for what is none.
nlohmann::json object_in(const std::string& text);
/// The member's text, or "".
std::string text_member(const nlohmann::json& object, const char* key);
/// What a server says in a body that is no answer, in one short line: the usual members of the
/// APIs, else the body's begin.
std::string complaint_in(const std::string& body);
/// The same behind its status: "status 404: no such model".
std::string refusal(int status, const std::string& body);

}  // namespace joulemark::http_engine
