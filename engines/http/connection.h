// SPDX-License-Identifier: Apache-2.0
// A connection to the server that is measured.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "http/answer_reader.h"
#include "http/url.h"
#include "tls.h"

namespace joulemark::http_engine {

/// Why there is no whole answer.
struct ConnectionLost {
  std::string message;
};

/// Throws ConnectionLost where nobody listens, with TLS or without.
void knock(const http::Url& server);

/// One request at a time. All calls block: nothing stands between the thread that is timed and the
/// socket. They throw ConnectionLost. A connection that the server had closed while nothing was
/// asked is made anew, once for a request.
class Connection {
 public:
  /// `trust` is for addresses of https.
  Connection(http::Url server, Trust trust)
      : server_(std::move(server)), trust_(std::move(trust)) {}
  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;

  [[nodiscard]] const http::Url& server() const { return server_; }
  /// Longest silence from here on; 0: any.
  void set_patience(std::chrono::milliseconds longest);
  /// Connects, where it is not yet.
  void open();
  /// The request, head and body, must stay valid until the answer's first byte has come.
  void send(std::string_view request);
  /// Reads until the answer's head is there.
  void read_head();
  /// Reads what comes next. False when the answer is whole.
  bool read_more();
  /// send, read_head and the whole body.
  void ask(std::string_view request);

  [[nodiscard]] int status() const { return sink_->head.status; }
  [[nodiscard]] std::string_view header(std::string_view name) const {
    return sink_->head.header(name);
  }
  /// What has come of the answer's body so far.
  [[nodiscard]] std::string& body() { return sink_->body; }
  /// Whether a request is not answered to its end.
  [[nodiscard]] bool is_busy() const { return is_busy_; }
  void close();

 private:
  struct Sink final : http::AnswerSink {
    void on_head(const http::AnswerHead& answer, Nanoseconds) override {
      head = answer;
      has_head = true;
    }
    void on_part(std::string_view part, Nanoseconds) override { body.append(part); }
    void on_end(Nanoseconds) override {}
    void on_failure(const http::Failure&, Nanoseconds) override {}

    http::AnswerHead head;
    std::string body;
    bool has_head = false;
  };

  /// Without one there is no socket, and `why` says it.
  void connect(std::string& why);
  void begin_tls(std::string& why);
  void set_limit(std::chrono::milliseconds longest) const;
  void send_again();
  bool write_all(std::string_view bytes);
  void begin_answer();
  void take(std::string_view bytes);
  void receive();
  ssize_t receive_some();
  void note_state();
  [[noreturn]] void lose(const std::string& why);

  http::Url server_;
  Trust trust_;
  std::chrono::milliseconds patience_{0};
  Descriptor socket_;
  std::unique_ptr<TlsStream> tls_;  ///< null: plain
  std::unique_ptr<Sink> sink_ = std::make_unique<Sink>();
  std::unique_ptr<http::AnswerReader> reader_;
  std::string unread_;  ///< bytes that the reader wants with more behind them
  std::vector<char> buffer_;
  std::string_view request_;
  bool was_used_ = false;  ///< an answer has come over it
  bool is_busy_ = false;
  bool has_bytes_ = false;  ///< of the answer
};

}  // namespace joulemark::http_engine
