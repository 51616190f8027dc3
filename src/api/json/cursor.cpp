// SPDX-License-Identifier: Apache-2.0
#include "api/json/cursor.h"

#include <fmt/format.h>

#include <charconv>

#include "base/utf8.h"

namespace joulemark::api {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_high_surrogate(unsigned code) {
  return code >= 0xD800 && code < 0xDC00;
}

bool is_low_surrogate(unsigned code) {
  return code >= 0xDC00 && code < 0xE000;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  const auto rest = [&](unsigned shift) { put(0x80U | (code >> shift & 0x3FU)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0U | code >> 6U);
    return rest(0);
  }
  if (code < 0x10000) {
    put(0xE0U | code >> 12U);
  } else {
    put(0xF0U | code >> 18U);
    rest(12);
  }
  rest(6);
  rest(0);
}

}  // namespace

void JsonCursor::fail(std::string_view what) {
  if (!failed()) failure_ = fmt::format("{} at byte {}", what, at_);
}

void JsonCursor::expect(char wanted) {
  if (!take(wanted)) fail(fmt::format("'{}' expected", wanted));
}

void JsonCursor::expect_end() {
  peek();
  if (at_ < text_.size()) fail("more than one JSON value");
}

void JsonCursor::enter(char bracket) {
  expect(bracket);
  if (++depth_ > kDeepest) fail("values nested too deep");
}

std::string JsonCursor::string() {
  std::string out;
  if (!take('"')) {
    fail("text in quotes expected");
    return out;
  }
  while (at_ < text_.size() && !failed()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c == '\\') {
      escape(out);
      continue;
    }
    const Utf8Character character = decode_utf8(text_.substr(at_));
    if (!character.valid) fail("bytes that are no UTF-8");
    if (character.code < 0x20) fail("a control character in a text");
    out.append(text_, at_, character.bytes);
    at_ += character.bytes;
  }
  fail("a text without its end");
  return {};
}

void JsonCursor::escape(std::string& out) {
  static constexpr std::string_view kEscapes = "\"\\/bfnrt";
  static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (++at_ >= text_.size()) return fail("a text without its end");
  const char c = text_[at_++];
  if (const auto simple = kEscapes.find(c); simple != std::string_view::npos) {
    out += kMeant[simple];
    return;
  }
  if (c != 'u') return fail("an unknown escape");
  unsigned code = hexadecimal();
  if (is_high_surrogate(code) && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    const unsigned low = hexadecimal();
    if (!is_low_surrogate(low)) return fail("half of a character");
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  if (is_high_surrogate(code) || is_low_surrogate(code)) return fail("half of a character");
  append_utf8(out, code);
}

unsigned JsonCursor::hexadecimal() {
  const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
  unsigned code = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() < 4 || read.ptr != digits.data() + 4) fail("four hexadecimal digits expected");
  at_ += digits.size();
  return code;
}

void JsonCursor::pass_digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  if (at_ == begin) fail("a number expected");
}

std::string_view JsonCursor::number() {
  peek();
  const std::size_t begin = at_;
  const auto pass = [this](char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  };
  pass('-');
  if (!pass('0')) pass_digits();
  if (pass('.')) pass_digits();
  if (pass('e') || pass('E')) {
    if (!pass('+')) pass('-');
    pass_digits();
  }
  return failed() ? std::string_view{} : text_.substr(begin, at_ - begin);
}

void JsonCursor::pass_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail("a value expected");
  at_ += word.size();
}

bool JsonCursor::take_word(std::string_view word) {
  peek();
  if (failed() || text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

bool JsonCursor::boolean() {
  const bool is_true = peek() == 't';
  if (!is_true && peek() != 'f') fail("true or false expected");
  if (!failed()) pass_word(is_true ? "true" : "false");
  return is_true && !failed();
}

void JsonCursor::ignore() {
  switch (peek()) {
    case '{':
      return object([this](const std::string&) { ignore(); });
    case '[':
      return array([this] { ignore(); });
    case '"':
      string();
      return;
    case 't':
    case 'f':
      boolean();
      return;
    case 'n':
      return pass_word("null");
    default:
      number();
  }
}

std::string_view JsonCursor::span() {
  peek();
  const std::size_t begin = at_;
  std::size_t open = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
        if (text_[at_] == '\\') ++at_;
    }
    const bool closes = c == ']' || c == '}';
    if (open == 0 && (closes || c == ',')) break;
    if (closes) --open;
    if (c == '[' || c == '{') ++open;
    ++at_;
  }
  at_ = std::min(at_, text_.size());
  if (open > 0) fail("a list without its end");
  return failed() ? std::string_view{} : text_.substr(begin, at_ - begin);
}

}  // namespace joulemark::api
