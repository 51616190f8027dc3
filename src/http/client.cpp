// SPDX-License-Identifier: Apache-2.0
// The loop: which connection carries a call, until when, and what waits for its time.
#include "http/client.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>
#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/client_connection.h"
#include "http/timers.h"

namespace joulemark::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

Result<std::unique_ptr<asio::ssl::context>> open_tls(const std::string& ca_file) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1);
  context->set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (ca_file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(ca_file, error);
  if (error)
    return fail(ErrorKind::kUsage,
                fmt::format("cannot use the certificates in '{}': {}", ca_file, error.message()));
  return context;
}

bool is_safe(const Header& header) {
  constexpr std::string_view kEnds("\r\n\0", 3);
  return header.name.find_first_of(kEnds) == std::string::npos &&
         header.value.find_first_of(kEnds) == std::string::npos;
}

std::string head_of(const Call& call) {
  std::string head = call.method + " " + call.url.target +
                     " HTTP/1.1\r\nHost: " + call.url.authority() + "\r\nUser-Agent: joulemark\r\n";
  if (call.body || call.method == "POST" || call.method == "PUT")
    head += fmt::format("Content-Length: {}\r\n", call.body ? call.body->size() : 0);
  for (const Header& header : call.headers)
    if (is_safe(header)) head += header.name + ": " + header.value + "\r\n";
  return head + "\r\n";
}

/// Collects an answer for somebody who waits for it.
class WholeAnswer final : public AnswerSink {
 public:
  void on_head(const AnswerHead& head, Nanoseconds) override { answer_.head = head; }
  void on_part(std::string_view part, Nanoseconds) override { answer_.body += part; }
  void on_end(Nanoseconds) override { result_ = std::move(answer_); }
  void on_failure(const Failure& failure, Nanoseconds) override {
    result_ = tl::unexpected<Failure>(failure);
  }
  [[nodiscard]] const std::optional<tl::expected<Answer, Failure>>& result() const {
    return result_;
  }

 private:
  Answer answer_;
  std::optional<tl::expected<Answer, Failure>> result_;
};

}  // namespace

std::string_view AnswerHead::header(std::string_view name) const {
  for (const Header& one : headers)
    if (one.name == name) return one.value;
  return "";
}

class Client::Impl {
 public:
  Impl(const ClientOptions& options, std::unique_ptr<asio::ssl::context> tls)
      : options_(options), tls_(std::move(tls)), alarm_(loop_) {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  CallId send(Call call, std::shared_ptr<AnswerSink> sink) {
    const CallId id = ++last_id_;
    Active& active = active_[id];
    active.origin = call.url.origin();
    active.head = head_of(call);
    active.sink = std::move(sink);
    const auto timeout = call.timeout;
    active.deadline = timers_.add(monotonic_now() + timeout.count(), [this, id, timeout] {
      end(id,
          {FailureKind::kTimedOut, fmt::format("no whole answer within {:g} s",
                                               std::chrono::duration<double>(timeout).count())});
    });
    set_alarm();
    active.call = std::move(call);
    begin(id, active);
    return id;
  }

  void cancel(CallId id) { end(id, {FailureKind::kCancelled, "cancelled"}); }

  void at(Nanoseconds when, std::function<void()> what) {
    timers_.add(when, std::move(what));
    set_alarm();
  }

  void run() {
    loop_.restart();
    while (!active_.empty() || !timers_.is_empty()) loop_.run_one();
  }

  void stop() {
    timers_.clear();
    std::vector<CallId> ids;
    for (const auto& [id, active] : active_) ids.push_back(id);
    for (const CallId id : ids) cancel(id);
  }

  tl::expected<Answer, Failure> ask(Call call) {
    const auto sink = std::make_shared<WholeAnswer>();
    send(std::move(call), sink);
    loop_.restart();
    while (!sink->result()) loop_.run_one();
    return *sink->result();
  }

  [[nodiscard]] std::uint64_t connections() const { return connections_; }

 private:
  /// The connections of one origin.
  struct Pool {
    SitePtr site;
    std::vector<std::shared_ptr<ClientConnection>> idle = {};
  };
  struct Active {
    Call call = {};
    std::string origin = {};
    std::string head = {};
    std::shared_ptr<AnswerSink> sink = {};
    Timers::Id deadline = {};
    std::shared_ptr<ClientConnection> connection = {};  ///< once it was begun
    enum class Line { kNew, kKept } line = Line::kNew;
  };

  Pool& pool_of(const Active& active) {
    Pool& pool = pools_[active.origin];
    if (!pool.site)
      pool.site = open_site(loop_, active.call.url,
                            active.call.url.scheme == Scheme::kHttps ? tls_.get() : nullptr);
    return pool;
  }

  void begin(CallId id, Active& active) {
    Pool& pool = pool_of(active);
    active.connection = take_idle(pool);
    active.line = active.connection ? Active::Line::kKept : Active::Line::kNew;
    if (!active.connection) {
      active.connection = make_connection(*pool.site);
      ++connections_;
    }
    carry(id, active);
  }

  /// The one that rested the shortest: the others may end.
  static std::shared_ptr<ClientConnection> take_idle(Pool& pool) {
    while (!pool.idle.empty()) {
      auto connection = std::move(pool.idle.back());
      pool.idle.pop_back();
      if (connection->is_alive()) return connection;
      connection->cut({});
    }
    return nullptr;
  }

  void carry(CallId id, const Active& active) {
    const auto connection = active.connection;
    connection->carry({.head = active.head,
                       .body = active.call.body,
                       .is_head = active.call.method == "HEAD",
                       .most_bytes = active.call.most_bytes,
                       .header_bytes = options_.header_bytes,
                       .sink = active.sink,
                       .then = [this, id](const CallEnd& end) { on_ended(id, end); }});
  }

  void on_ended(CallId id, const CallEnd& end) {
    const auto found = active_.find(id);
    if (found == active_.end()) return;
    Active& active = found->second;
    if (end.failure && is_stale(active, end)) {
      active.connection = make_connection(*pool_of(active).site);
      active.line = Active::Line::kNew;
      ++connections_;
      return carry(id, active);
    }
    const Active over = std::move(active);
    active_.erase(found);
    timers_.cancel(over.deadline);
    if (end.keeps_alive) pool_of(over).idle.push_back(over.connection);
    if (end.failure)
      over.sink->on_failure(*end.failure, end.at);
    else
      over.sink->on_end(end.at);
  }

  /// The server closed a connection that was kept, while the request was on its way: it has not
  /// looked at it.
  static bool is_stale(const Active& active, const CallEnd& end) {
    return active.line == Active::Line::kKept && end.failure->kind == FailureKind::kReset &&
           !end.had_answer;
  }

  /// Ends a call from this side.
  void end(CallId id, const Failure& failure) {
    const auto found = active_.find(id);
    if (found == active_.end()) return;
    if (const auto connection = found->second.connection) return connection->cut(failure);
    on_ended(id, {monotonic_now(), failure});
  }

  /// One timer of the system for all: set anew only for what comes sooner.
  void set_alarm() {
    const auto next = timers_.next();
    if (!next || (is_armed_ && armed_for_ <= *next)) return;
    is_armed_ = true;
    armed_for_ = *next;
    alarm_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(*next)));
    alarm_.async_wait([this](const error_code& error) {
      if (!error) on_alarm();
    });
  }

  void on_alarm() {
    is_armed_ = false;
    while (const auto due = timers_.take_due(monotonic_now())) due();
    set_alarm();
  }

  ClientOptions options_;
  asio::io_context loop_{1};
  std::unique_ptr<asio::ssl::context> tls_;
  asio::steady_timer alarm_;
  Timers timers_;
  bool is_armed_ = false;
  Nanoseconds armed_for_ = 0;
  std::map<std::string, Pool> pools_;
  std::unordered_map<CallId, Active> active_;
  CallId last_id_ = 0;
  std::uint64_t connections_ = 0;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::open(const ClientOptions& options) {
  auto tls = open_tls(options.ca_file);
  if (!tls) return fail(tls.error());
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(options, *std::move(tls))));
}

CallId Client::send(Call call, std::shared_ptr<AnswerSink> sink) {
  return impl_->send(std::move(call), std::move(sink));
}

void Client::cancel(CallId id) {
  impl_->cancel(id);
}

void Client::at(Nanoseconds when, std::function<void()> what) {
  impl_->at(when, std::move(what));
}

void Client::run() {
  impl_->run();
}

void Client::stop() {
  impl_->stop();
}

tl::expected<Answer, Failure> Client::ask(Call call) {
  return impl_->ask(std::move(call));
}

std::uint64_t Client::connections() const {
  return impl_->connections();
}

}  // namespace joulemark::http
