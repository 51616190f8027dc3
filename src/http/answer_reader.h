// SPDX-License-Identifier: Apache-2.0
// Takes the bytes of an answer apart and hands them on without a copy.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/client.h"

namespace joulemark::http {

/// What comes from a server is not trusted.
class AnswerReader {
 public:
  enum class State { kMore, kDone, kTooLong, kNotHttp, kCutOff };
  enum class BodyRule {
    kAsSaid,  ///< as the headers say
    kNone,    ///< of an answer to HEAD
  };
  struct Bounds {
    std::size_t header_bytes = 65'536;
    std::size_t body_bytes = std::size_t{64} << 20;
    BodyRule body = BodyRule::kAsSaid;
  };

  /// `sink` gets on_head() and on_part(); it must outlive the reader, or be dropped.
  AnswerReader(const Bounds& bounds, AnswerSink& sink);
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// Bytes that were read at that time; how many of them were used. The others have to come again,
  /// with more behind them, unless the state is not kMore any more. Answers 1xx are passed over.
  std::size_t put(std::string_view bytes, Nanoseconds at);
  /// The server closed the connection: the end of some answers, kCutOff of others.
  void put_end(Nanoseconds at);
  /// The sink gets nothing any more.
  void drop();
  [[nodiscard]] State state() const;
  /// What is wrong, for people; "" where nothing is.
  [[nodiscard]] std::string complaint() const;
  /// Of an answer that is done: whether another may come on the same connection.
  [[nodiscard]] bool keeps_alive() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulemark::http
