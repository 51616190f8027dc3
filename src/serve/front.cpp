// SPDX-License-Identifier: Apache-2.0
#include "serve/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace joulemark::serve {
namespace {

constexpr std::string_view kLive = "/v2/health/live";

/// Of Kubernetes and of load balancers, which have no token.
bool asks_for_health(const http::Request& request) {
  return request.path == "/health" || request.path.starts_with("/v2/health/");
}

bool is_openai(std::string_view path) {
  return path == "/v1" || path.starts_with("/v1/");
}

/// As the API calls it; clients choose the exception by the status.
const char* openai_type(int status) {
  if (status == 401) return "authentication_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/// A token may hold any case-sensitive text; the scheme's name is read in any case (RFC 9110,
/// 11.1).
bool takes_bearer(std::string_view& header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() < kScheme.size()) return false;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i];
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower != kScheme[i]) return false;
  }
  header.remove_prefix(kScheme.size());
  return true;
}

/// An answer that carries the request's id, so that a client's log and a proxy's can be put beside
/// each other.
class Identified final : public http::Exchange {
 public:
  Identified(std::shared_ptr<http::Exchange> inner, std::string id)
      : inner_(std::move(inner)), id_(std::move(id)) {}
  [[nodiscard]] const http::Request& request() const override { return inner_->request(); }
  void send(http::Response response) override {
    add_id(response.head);
    inner_->send(std::move(response));
  }
  void begin(http::Head head) override {
    add_id(head);
    inner_->begin(std::move(head));
  }
  void write(std::string part) override { inner_->write(std::move(part)); }
  void end() override { inner_->end(); }
  [[nodiscard]] bool is_gone() const override { return inner_->is_gone(); }

 private:
  void add_id(http::Head& head) { head.headers.push_back({"X-Request-Id", id_}); }
  std::shared_ptr<http::Exchange> inner_;
  std::string id_;
};

/// What a client may call its request: what a log shows on one line.
bool is_id(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

http::Response with_header(http::Response response, std::string name, std::string value) {
  response.head.headers.push_back({std::move(name), std::move(value)});
  return response;
}

}  // namespace

http::Response failure_response(const http::Request& request, int status,
                                const std::string& reason) {
  nlohmann::json body = {{"error", reason}};
  if (is_openai(request.path))
    body = {{"error",
             {{"message", reason},
              {"type", openai_type(status)},
              {"param", nullptr},
              {"code", nullptr}}}};
  return {{.status = status}, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

bool is_authorised(std::string_view header, std::string_view token) {
  if (!takes_bearer(header) || header.size() != token.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i)
    difference |= static_cast<unsigned char>(header[i]) ^ static_cast<unsigned char>(token[i]);
  return difference == 0;
}

void Front::open(std::vector<http::Route> routes) {
  routes.push_back({"GET", "/health", [this](const auto& exchange, const auto&) {
                      const bool is_ending = is_draining_;
                      exchange->send(
                          {{.status = is_ending ? 503 : 200},
                           is_ending ? R"({"status":"draining"})" : R"({"status":"ok"})"});
                    }});
  router_ = std::make_unique<http::Router>(std::move(routes), failure_response);
  is_open_ = true;
}

void Front::handle(const std::shared_ptr<http::Exchange>& asked) {
  const http::Request& request = asked->request();
  const std::string_view given = request.header("x-request-id");
  const auto exchange = std::make_shared<Identified>(
      asked, is_id(given) ? std::string(given) : fmt::format("{:x}-{}", began_, ++requests_));
  const bool is_health = asks_for_health(request);
  if (!token_.empty() && !is_health && !is_authorised(request.header("authorization"), token_))
    return exchange->send(with_header(
        failure_response(request, 401, "this server asks for a token: Authorization: Bearer TOKEN"),
        "WWW-Authenticate", "Bearer"));
  if (is_open_) return router_->handle(exchange);
  if (request.path == kLive) return exchange->send({{.status = 200}, ""});
  exchange->send(
      with_header(failure_response(request, 503, "the model is being loaded"), "Retry-After", "1"));
}

}  // namespace joulemark::serve
