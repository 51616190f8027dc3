// SPDX-License-Identifier: Apache-2.0
// The bytes of an answer, piece by piece (RFC 9112).
#pragma once

#include <string>
#include <string_view>

#include "http/head_text.h"
#include "http/outbox.h"

namespace joulemark::http {

/// What the server says in every head.
struct ServerNow {
  bool is_draining = false;
  std::string date;
};

/// Bytes that belong together; `body` and `back` are of the piece that they were made of.
struct AnswerPart {
  /// What comes behind them; kBroken: the answer cannot be whole any more.
  enum class Behind { kMore, kEnd, kBroken };

  Behind behind = Behind::kMore;
  std::string front = {};
  std::string_view body = {};
  std::string_view back = {};

  [[nodiscard]] bool is_empty() const { return front.empty() && body.empty() && back.empty(); }
};

/// One answer.
class AnswerText {
 public:
  enum class Bodies { kSent, kLeftOut };  ///< left out: of the answer to HEAD

  AnswerText() = default;
  /// `asked`: version and keeps_alive of the request.
  AnswerText(HeadFacts asked, Bodies bodies) : facts_(std::move(asked)), bodies_(bodies) {}

  /// The next piece, in the order that an outbox keeps. The piece must outlive what is made of it.
  AnswerPart of(const Piece& piece, const ServerNow& now);
  /// For the head of an answer that is sent at once.
  [[nodiscard]] HeadFacts facts(const ServerNow& now) const;
  [[nodiscard]] Bodies bodies() const { return bodies_; }
  /// Whether the connection goes on behind it, as its head says or would say.
  [[nodiscard]] bool keeps_alive() const { return facts_.keeps_alive; }

 private:
  AnswerPart make(const Response& response, const ServerNow& now);
  AnswerPart make(const Head& head, const ServerNow& now);
  AnswerPart make(const std::string& part, const ServerNow& now) const;
  AnswerPart make(const Sent& sent, const ServerNow& now);
  AnswerPart make(const EndOfAnswer&, const ServerNow& now) const;
  AnswerPart make(const Abandoned&, const ServerNow& now);

  HeadFacts facts_;
  Bodies bodies_ = Bodies::kSent;
  bool has_begun_ = false;  ///< an answer in parts
  bool is_chunked_ = false;
};

}  // namespace joulemark::http
