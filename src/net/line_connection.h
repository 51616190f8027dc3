// SPDX-License-Identifier: Apache-2.0
// A TCP connection on which both sides send lines of text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/clock.h"
#include "net/failure.h"

namespace joulemark::net {

/// Whom to connect to.
struct LineHost {
  std::string host;  ///< a name or an address, that of IPv6 without brackets
  int port = 0;
};

/// Lines end in "\r\n" when sent, and in "\n" with or without "\r" when received. After a failure
/// the connection is of no more use. Nothing takes longer than to its `deadline` on
/// CLOCK_MONOTONIC. One thread uses it at a time.
class LineConnection {
 public:
  /// Proxies are not used.
  static tl::expected<LineConnection, Failure> open(const LineHost& host, Nanoseconds deadline);
  LineConnection(LineConnection&&) noexcept;
  LineConnection& operator=(LineConnection&&) noexcept;
  ~LineConnection();

  /// `line` has no end of line in it.
  tl::expected<void, Failure> send(std::string_view line, Nanoseconds deadline);
  /// The next line without its end. kBroken when it is longer than 4096 bytes.
  tl::expected<std::string, Failure> receive(Nanoseconds deadline);

 private:
  struct State;
  explicit LineConnection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulemark::net
