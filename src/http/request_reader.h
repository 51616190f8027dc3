// SPDX-License-Identifier: Apache-2.0
// From bytes to one request: the only place that parses what clients send.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/byte_budget.h"
#include "http/message.h"

namespace joulemark::http {

struct ReaderLimits {
  std::size_t header_bytes = 16'384;
  std::size_t body_bytes = std::size_t{64} << 20;
};

/// Of one request, as RFC 9112 has it; what could mean another request to a proxy in front is
/// refused: two lengths, a length beside chunks, an unknown coding, lines that end without CR.
class RequestReader {
 public:
  enum class State { kHead, kBody, kWhole, kRefused };

  /// `held` grows with the body. What has no room is refused with 503: before it is read, where its
  /// length is announced.
  explicit RequestReader(const ReaderLimits& limits, HeldBytes held = {});
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Goes on with `bytes` and says how many of them it took. What it left comes again, with more
  /// behind it, or belongs to the next request.
  std::size_t read(std::string_view bytes);
  [[nodiscard]] State state() const;
  /// What to answer a request that is refused, before the connection ends.
  [[nodiscard]] const Response& refusal() const;

  /// From kBody on: whether the client sends its body only when it is told to go on.
  [[nodiscard]] bool expects_go_on() const;
  [[nodiscard]] bool is_head() const;
  [[nodiscard]] bool keeps_alive() const;
  [[nodiscard]] unsigned version() const;  ///< 10 or 11
  /// Once, where it is whole.
  Request take();
  /// Of the request that was taken: to be kept as long as its body is.
  HeldBytes take_held();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// An answer that a person may read.
Response plain_error(int status, std::string_view reason);

}  // namespace joulemark::http
