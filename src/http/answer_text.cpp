// SPDX-License-Identifier: Apache-2.0
#include "http/answer_text.h"

#include <fmt/format.h>

#include <utility>

#include "http/request_reader.h"

namespace joulemark::http {

using Behind = AnswerPart::Behind;

AnswerPart AnswerText::of(const Piece& piece, const ServerNow& now) {
  return std::visit([&](const auto& any) { return make(any, now); }, piece);
}

HeadFacts AnswerText::facts(const ServerNow& now) const {
  HeadFacts facts = facts_;
  facts.keeps_alive = facts.keeps_alive && !now.is_draining;
  facts.date = now.date;
  return facts;
}

AnswerPart AnswerText::make(const Response& response, const ServerNow& now) {
  facts_ = facts(now);
  facts_.length = response.body.size();
  AnswerPart part{.behind = Behind::kEnd, .front = head_text(response.head, facts_)};
  if (bodies_ == Bodies::kSent) part.body = response.body;
  return part;
}

AnswerPart AnswerText::make(const Head& head, const ServerNow& now) {
  has_begun_ = true;
  is_chunked_ = facts_.version >= 11;
  facts_ = facts(now);
  facts_.keeps_alive = facts_.keeps_alive && is_chunked_;
  facts_.length.reset();
  return {.front = head_text(head, facts_)};
}

AnswerPart AnswerText::make(const std::string& part, const ServerNow& /*now*/) const {
  if (bodies_ == Bodies::kLeftOut) return {};
  if (!is_chunked_) return {.body = part};
  return {.front = fmt::format("{:x}\r\n", part.size()), .body = part, .back = "\r\n"};
}

AnswerPart AnswerText::make(const Sent& sent, const ServerNow& /*now*/) {
  facts_.keeps_alive = sent.keeps_alive;
  return {.behind = Behind::kEnd, .body = sent.rest};
}

AnswerPart AnswerText::make(const EndOfAnswer& /*end*/, const ServerNow& /*now*/) const {
  const bool is_told = is_chunked_ && bodies_ == Bodies::kSent;
  return {.behind = Behind::kEnd, .front = is_told ? "0\r\n\r\n" : ""};
}

AnswerPart AnswerText::make(const Abandoned& /*answer*/, const ServerNow& now) {
  if (has_begun_) return {.behind = Behind::kBroken};
  const Response failure = plain_error(500, "the server has no answer");
  AnswerPart part = make(failure, now);
  part.front += std::exchange(part.body, {});
  return part;
}

}  // namespace joulemark::http
