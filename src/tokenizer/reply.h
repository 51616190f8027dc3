// SPDX-License-Identifier: Apache-2.0
// What a call of the crate gave.
#pragma once

#include <string>

#include "base/text_table.h"
#include "joulemark_tokenizer.h"

namespace joulemark::tokenizer {

/// A reply, freed at the end.
class Reply {
 public:
  explicit Reply(jm_tokenizer_reply reply) : reply_(reply) {}
  ~Reply() { jm_tokenizer_free_reply(reply_); }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  const jm_tokenizer_reply* operator->() const { return &reply_; }
  [[nodiscard]] bool failed() const { return reply_.error != nullptr; }
  [[nodiscard]] std::string error() const { return printable({reply_.error, reply_.error_size}); }
  [[nodiscard]] std::string text() const {
    return reply_.text_size == 0 ? std::string() : std::string(reply_.text, reply_.text_size);
  }

 private:
  jm_tokenizer_reply reply_;
};

}  // namespace joulemark::tokenizer
