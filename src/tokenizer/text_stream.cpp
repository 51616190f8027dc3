// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/text_stream.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace joulemark::tokenizer {

std::string TextStream::pending() const {
  auto text = tokenizer_->decode(ids_, SpecialTokens::kWithout);
  if (!text || !text->starts_with(given_text_)) return {};
  return text->substr(given_text_.size());
}

std::string TextStream::give(std::string text) {
  ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(given_));
  given_ = ids_.size();
  given_text_ = tokenizer_->decode(ids_, SpecialTokens::kWithout).value_or(std::string());
  next_look_ = 1;
  return text;
}

std::string TextStream::put(std::int32_t id) {
  const IdKind kind = tokenizer_->kind(id);
  if (kind == IdKind::kNothing) return {};
  ids_.push_back(id);
  const std::size_t waiting = ids_.size() - given_;
  // A byte that fits to none of its run makes all of the run U+FFFD, so that it has to end first.
  if (kind == IdKind::kByte || waiting < next_look_) return {};
  std::string text = pending();
  if (!text.empty() && !text.ends_with(kReplacementCharacter)) return give(std::move(text));
  // Looking less and less often keeps the cost of a text of nothing but broken characters linear.
  next_look_ = waiting + std::max<std::size_t>(1, waiting / 4);
  return {};
}

std::string TextStream::finish() {
  return ids_.size() == given_ ? std::string() : pending();
}

}  // namespace joulemark::tokenizer
