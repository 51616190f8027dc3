// SPDX-License-Identifier: Apache-2.0
#include "http/send_now.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>

namespace joulemark::http {

std::optional<Sent> send_now(int fd, const Response& response, HeadFacts facts) {
  facts.length = response.body.size();
  std::string head = head_text(response.head, facts);
  // sendmsg() only reads what it is given.
  std::array<iovec, 2> parts = {{{head.data(), head.size()},
                                 {const_cast<char*>(response.body.data()), response.body.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t n = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n <= 0) return std::nullopt;
  const auto sent = static_cast<std::size_t>(n);
  Sent result{.rest = {}, .keeps_alive = facts.keeps_alive};
  if (sent < head.size())
    result.rest = head.substr(sent) + response.body;
  else
    result.rest = response.body.substr(sent - head.size());
  return result;
}

}  // namespace joulemark::http
