// SPDX-License-Identifier: Apache-2.0
// One request and the answer that is made to it, at once, later, or in parts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/message.h"

namespace joulemark::http {

/// Its functions may be called from any thread, one at a time. An answer is either send(), or
/// begin(), any number of write() and end(); calls that do not fit that order, or that come when
/// the client has gone, do nothing. When it is released without an answer the client gets status
/// 500; when it is released inside of one, the connection is cut, so that the client sees that the
/// answer is not whole.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual const Request& request() const = 0;
  /// The whole answer.
  virtual void send(Response response) = 0;
  /// An answer whose parts come as they are made.
  virtual void begin(Head head) = 0;
  virtual void write(std::string part) = 0;
  virtual void end() = 0;
  /// Whether nobody is there any more who could take an answer.
  [[nodiscard]] virtual bool is_gone() const = 0;
};

/// Called in the server's one thread for every request: it must not block, but may keep the
/// exchange and answer later. What it throws becomes status 500.
using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

}  // namespace joulemark::http
