// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 client: many calls at once in one loop, connections that are kept for the next call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "http/failure.h"
#include "http/message.h"
#include "http/url.h"

namespace joulemark::http {

/// What is asked. Host, Content-Length and Connection are the client's to add.
struct Call {
  Url url;
  std::string method = "GET";
  std::vector<Header> headers = {};
  std::shared_ptr<const std::string> body = {};  ///< null: none; shared, since calls repeat
  std::chrono::nanoseconds timeout = std::chrono::seconds(60);  ///< from send() to the last byte
  std::size_t most_bytes = std::size_t{64} << 20;               ///< of the answer's body
};

/// The answer's first lines.
struct AnswerHead {
  int status = 0;
  std::vector<Header> headers = {};  ///< names in lower case

  /// The value of the first header of that name, which is in lower case; "" when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Takes an answer as it arrives. All calls come from the thread in run(), the last one is
/// on_end() or on_failure(), and each may call the client. Times are CLOCK_MONOTONIC when the bytes
/// were read, which is before they were looked at.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// The whole request was given to the system. Comes again when a connection that had been kept
  /// turned out to be dead and the call was sent once more.
  virtual void on_sent(Nanoseconds) {}
  virtual void on_head(const AnswerHead&, Nanoseconds) {}
  /// Any cut of the body. What one read brought comes with one time.
  virtual void on_part(std::string_view, Nanoseconds) {}
  virtual void on_end(Nanoseconds at) = 0;
  virtual void on_failure(const Failure& failure, Nanoseconds at) = 0;
};

struct ClientOptions {
  std::string ca_file = {};  ///< certificates to trust, PEM; empty: the system's
  std::size_t header_bytes = 65'536;
};

/// A whole answer.
struct Answer {
  AnswerHead head;
  std::string body;
};

using CallId = std::uint64_t;

/// One thread uses it. Redirects are not followed, cookies not kept, proxies not used; certificates
/// are verified.
class Client {
 public:
  /// kUsage when the CA file cannot be used.
  static Result<std::unique_ptr<Client>> open(const ClientOptions& options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins a call; its sink hears of it in run(), never before this returns. A header with a
  /// line's end in it is left out.
  CallId send(Call call, std::shared_ptr<AnswerSink> sink);
  /// Its sink gets kCancelled, within this function. Nothing when it is over.
  void cancel(CallId id);
  /// Calls `what` in run(), at that time of CLOCK_MONOTONIC or as soon as it can.
  void at(Nanoseconds when, std::function<void()> what);
  /// Until no call is under way and nothing waits for its time.
  void run();
  /// Cancels the calls that are under way and forgets what waits for its time. Calls that their
  /// sinks send then go on.
  void stop();
  /// Sends, waits and gives the whole answer. Not from within run().
  tl::expected<Answer, Failure> ask(Call call);

  /// Connections that were begun so far.
  [[nodiscard]] std::uint64_t connections() const;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulemark::http
