// SPDX-License-Identifier: Apache-2.0
#include "running_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "api/tensorflow/model.h"
#include "base/clock.h"
#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

using nlohmann::json;
using plugin::fail;

constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::milliseconds kProbePatience{5'000};
/// From the end of its connection to the end of a process that crashed: it may write a core file.
constexpr std::chrono::milliseconds kCrashTime{500};

/// Where a server tells its version.
struct VersionPlace {
  const char* path;
  const char* member;
};
/// vLLM's, TGI's and llama.cpp's.
constexpr VersionPlace kVersionPlaces[] = {
    {"/version", "version"}, {"/info", "version"}, {"/props", "build_info"}};

constexpr int kNotFound = 404;
constexpr int kNotAllowed = 405;

bool is_good(int status) {
  return status >= 200 && status < 300;
}

/// What listens on a port already would be measured in place of the server.
void demand_free(const http::Url& url) {
  try {
    knock(url);
  } catch (const ConnectionLost&) {
    return;
  }
  fail(JM_FAILED, "something answers at '" + url.origin() +
                      "' before the server is started, and would be measured in its place: end "
                      "it, or write {port} where the port is");
}

bool lists(const json& object, const char* key, std::string_view word) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() &&
         std::find(found->begin(), found->end(), word) != found->end();
}

/// TensorFlow Serving answers with status 200 while it loads a model.
bool is_loading(const std::string& body) {
  return api::tensorflow::read_status(body) == api::tensorflow::Readiness::kNotYet;
}

bool is_path_word(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '%';
  });
}

bool is_https(const std::string& url) {
  return !url.empty() && read_url(url).scheme == http::Scheme::kHttps;
}

}  // namespace

Trust trust_for(const ServerOptions& options) {
  const bool url = is_https(options.url);
  const bool ready = is_https(options.ready);
  if (url || ready) return Trust(options.ca_file);
  if (!options.ca_file.empty())
    fail(JM_INVALID_ARGUMENT,
         "'ca_file' is for servers with TLS: write https:// in 'url', or leave it out");
  return {};
}

int free_port() {
  // Below those that the kernel gives to clients: one that asks for a server again and again before
  // it listens could be given the very port, and then answers itself.
  constexpr int kFirst = 20'000;
  constexpr int kCount = 12'000;
  for (int i = 0; i < kCount; ++i) {
    const int port = kFirst + (::getpid() * 97 + i) % kCount;
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return port;
  }
  fail(JM_FAILED, "there is no free port from 20000 to 31999; name one in 'url'");
}

RunningServer::RunningServer(const ServerOptions& options, const Places& places,
                             const std::vector<std::int32_t>& cpus) {
  const ServerOptions filled = filled_in(options, places);
  peer_ = {.url = read_url(filled.url), .bearer = filled.bearer, .trust = trust_for(filled)};
  if (!filled.command.empty()) start(filled, cpus);
  await(filled, places.name);
  with_server(*this, [&] { ask_facts(); });
}

void RunningServer::start(const ServerOptions& options, const std::vector<std::int32_t>& cpus) {
  demand_free(peer_.url);
  child_ = std::make_unique<ChildServer>(ServerStart{.command = options.command,
                                                     .environment = options.environment,
                                                     .cpus = cpus,
                                                     .stop_timeout_s = options.stop_timeout_s});
}

std::string RunningServer::epitaph() const {
  if (!child_) return "";
  const Nanoseconds deadline = monotonic_now() + kCrashTime.count() * 1'000'000;
  auto ended = child_->ended();
  for (; !ended && monotonic_now() < deadline; ended = child_->ended())
    std::this_thread::sleep_for(kLook);
  return (ended ? "; it " + *ended : "") + child_->last_words();
}

/// Where the user does not say whom to ask, the first of the usual paths that the server knows
/// counts. TensorFlow Serving knows none but its model's.
std::vector<http::Url> RunningServer::where_ready(const std::string& url,
                                                  const std::string& model) const {
  if (!url.empty()) return {read_url(url)};
  std::vector<http::Url> urls;
  for (const char* path : {"/v2/health/ready", "/health"}) urls.push_back(peer_.at(path));
  if (is_path_word(model)) urls.push_back(peer_.at("/v1/models/" + model));
  urls.push_back(peer_.at("/v1/models"));
  return urls;
}

std::string RunningServer::unready(const std::vector<http::Url>& urls) const {
  std::string why;
  for (const http::Url& one : urls) {
    const Peer asked{.url = one.at("/"),
                     .bearer = one.origin() == peer_.url.origin() ? peer_.bearer : "",
                     .trust = peer_.trust};
    Connection connection(one, peer_.trust);
    connection.set_patience(kProbePatience);
    try {
      connection.ask(get_text(asked, one.target));
    } catch (const ConnectionLost& lost) {
      return lost.message;
    }
    const int status = connection.status();
    if (is_good(status) && !is_loading(connection.body())) return "";
    if (is_good(status)) return "its model is not available yet";
    why = "'" + one.origin() + one.target + "' answers with status " + std::to_string(status);
    if (status != kNotFound && status != kNotAllowed) break;
  }
  return why;
}

void RunningServer::await(const ServerOptions& options, const std::string& model) {
  const std::vector<http::Url> urls = where_ready(options.ready, model);
  const Nanoseconds deadline = monotonic_now() + options.ready_timeout_s * kNanosecondsPerSecond;
  for (;;) {
    const std::string why = unready(urls);
    if (why.empty()) return;
    if (!child_)
      fail(JM_FAILED,
           why + "; start the server, or name where it says that it is ready as 'ready'");
    if (const auto ended = child_->ended())
      fail(JM_FAILED, "the server " + *ended + " before it was ready" + child_->last_words());
    if (monotonic_now() >= deadline)
      fail(JM_FAILED, "the server was not ready after " + std::to_string(options.ready_timeout_s) +
                          " s: " + why +
                          "; see whether 'ready' and 'url' are what it listens on, or raise "
                          "'ready_timeout_s'" +
                          child_->last_words());
    std::this_thread::sleep_for(kLook);
  }
}

/// GET /v2 is KServe's; others have a place of their own, or the header Server at the most.
void RunningServer::ask_facts() {
  const Reply kserve = get(peer_, "/v2");
  const json about = is_good(kserve.status) ? object_in(kserve.body) : json::object();
  facts_.has_kserve = is_good(kserve.status);
  facts_.name = text_member(about, "name");
  facts_.version = text_member(about, "version");
  facts_.takes_binary = lists(about, "extensions", "binary_tensor_data");
  if (facts_.name.empty()) facts_.name = kserve.server;
  for (const VersionPlace& place : kVersionPlaces) {
    if (!facts_.version.empty()) break;
    const Reply reply = get(peer_, place.path);
    if (is_good(reply.status)) facts_.version = text_member(object_in(reply.body), place.member);
  }
}

}  // namespace joulemark::http_engine
