// SPDX-License-Identifier: Apache-2.0
#include "server_talk.h"

#include <nlohmann/json.hpp>

#include "api/openai/error.h"
#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kPatience{60'000};
constexpr std::size_t kLongestComplaint = 300;

std::string request_head(const Peer& peer, std::string_view method, std::string_view path) {
  std::string text(method);
  text += " " + peer.at(path).target + " HTTP/1.1\r\nHost: " + peer.url.authority() +
          "\r\nUser-Agent: joulemark\r\nAccept: */*\r\n";
  if (!peer.bearer.empty()) text += "Authorization: Bearer " + peer.bearer + "\r\n";
  return text;
}

Reply ask(const Peer& peer, const std::string& request) {
  Connection connection(peer.url, peer.trust);
  connection.set_patience(kPatience);
  connection.ask(request);
  return {connection.status(), std::string(connection.header("server")),
          std::move(connection.body())};
}

}  // namespace

http::Url Peer::at(std::string_view path) const {
  std::string base = url.target;
  while (!base.empty() && base.back() == '/') base.pop_back();
  return url.at(base + std::string(path));
}

http::Url read_url(const std::string& text) {
  const auto url = http::parse_url(text);
  if (!url) plugin::fail(JM_INVALID_ARGUMENT, url.error().message);
  return *url;
}

std::string get_text(const Peer& peer, std::string_view path) {
  return request_head(peer, "GET", path) + "\r\n";
}

std::string post_text(const Peer& peer, std::string_view path, const Body& body) {
  std::string text = request_head(peer, "POST", path);
  for (const http::Header& header : body.headers)
    text += header.name + ": " + header.value + "\r\n";
  text += "Content-Length: " + std::to_string(body.bytes.size()) + "\r\n\r\n";
  text += body.bytes;
  return text;
}

Reply get(const Peer& peer, std::string_view path) {
  return ask(peer, get_text(peer, path));
}

Reply post(const Peer& peer, std::string_view path, const Body& body) {
  return ask(peer, post_text(peer, path, body));
}

json object_in(const std::string& text) {
  json parsed = json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : json::object();
}

std::string text_member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string complaint_in(const std::string& body) {
  const auto error = api::openai::read_error(body);  // KServe's is the message alone
  std::string text = error ? error->message : body;
  if (text.size() > kLongestComplaint) text = text.substr(0, kLongestComplaint) + " …";
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return text;
}

std::string refusal(int status, const std::string& body) {
  const std::string text = complaint_in(body);
  return "status " + std::to_string(status) + (text.empty() ? "" : ": " + text);
}

}  // namespace joulemark::http_engine
