// SPDX-License-Identifier: Apache-2.0
// Tests of the order that answers keep.
#include "http/outbox.h"

#include <gtest/gtest.h>

namespace joulemark::http {
namespace {

class OutboxOrder : public testing::Test {
 protected:
  int woken_ = 0;
  Outbox outbox_{{.wake = [this] { ++woken_; },
                  .send = [this](const Response&) -> std::optional<Sent> { return sent_; }}};
  std::optional<Sent> sent_;
};

TEST_F(OutboxOrder, AnAnswerIsWholeOrInParts) {
  outbox_.put(std::string("before its head"));
  outbox_.put(Head{});
  outbox_.put(Response{});
  outbox_.put(Head{});
  outbox_.put(std::string("part"));
  outbox_.put(EndOfAnswer{});
  outbox_.put(std::string("behind its end"));
  outbox_.put(Abandoned{});
  const auto pieces = outbox_.take();
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<Head>(pieces[0]));
  EXPECT_EQ(std::get<std::string>(pieces[1]), "part");
  EXPECT_TRUE(std::holds_alternative<EndOfAnswer>(pieces[2]));
}

TEST_F(OutboxOrder, WakesOnceWhoFoundNothing) {
  outbox_.put(Head{});
  EXPECT_EQ(woken_, 0) << "nobody waits";
  outbox_.take();
  outbox_.put(std::string("part"));
  EXPECT_EQ(woken_, 0);
  outbox_.take();
  EXPECT_TRUE(outbox_.take().empty());
  outbox_.put(std::string("part"));
  outbox_.put(std::string("part"));
  EXPECT_EQ(woken_, 1);
}

TEST_F(OutboxOrder, NothingIsKeptForWhoHasGone) {
  outbox_.take();
  outbox_.put(Head{});
  outbox_.take();
  outbox_.take();
  outbox_.close();
  outbox_.put(std::string("part"));
  EXPECT_TRUE(outbox_.is_closed());
  EXPECT_TRUE(outbox_.take().empty());
  EXPECT_EQ(woken_, 1);
}

TEST_F(OutboxOrder, AnAnswerThatWasLetGoOfIsTold) {
  outbox_.put(Head{});
  outbox_.put(Abandoned{});
  EXPECT_TRUE(std::holds_alternative<Abandoned>(outbox_.take().back()));
}

TEST_F(OutboxOrder, AnAnswerThatWasSentWholeWakesNobody) {
  sent_ = Sent{};
  outbox_.take();
  EXPECT_FALSE(outbox_.sent_at());
  outbox_.put(Response{});
  EXPECT_EQ(woken_, 0);
  EXPECT_TRUE(outbox_.sent_at());
  EXPECT_FALSE(outbox_.demand_wake()) << "it comes too late";
  EXPECT_TRUE(std::holds_alternative<Sent>(outbox_.take().front()));
}

TEST_F(OutboxOrder, OneThatLeavesWorkWakes) {
  for (const Sent& sent : {Sent{.rest = "rest"}, Sent{.keeps_alive = false}}) {
    woken_ = 0;
    sent_ = sent;
    Outbox outbox({.wake = [this] { ++woken_; },
                   .send = [this](const Response&) -> std::optional<Sent> { return sent_; }});
    outbox.take();
    outbox.put(Response{});
    EXPECT_EQ(woken_, 1);
    EXPECT_FALSE(outbox.sent_at());
  }
}

TEST_F(OutboxOrder, WhoDemandsToBeWokenIs) {
  sent_ = Sent{};
  EXPECT_TRUE(outbox_.demand_wake());
  outbox_.take();
  outbox_.put(Response{});
  EXPECT_EQ(woken_, 1);
  EXPECT_TRUE(std::holds_alternative<Sent>(outbox_.take().front()));
}

TEST_F(OutboxOrder, WhatCouldNotBeSentIsLeftToTheConnection) {
  outbox_.take();
  outbox_.put(Response{});
  EXPECT_EQ(woken_, 1);
  EXPECT_TRUE(std::holds_alternative<Response>(outbox_.take().front()));
}

}  // namespace
}  // namespace joulemark::http
