// SPDX-License-Identifier: Apache-2.0
// Walks through JSON (RFC 8259) from its begin to its end without making a document of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace joulemark::api {

/// The first thing that does not fit is the failure: whatever is asked behind it gives nothing, so
/// that a reader looks at failed() once, at the end. The text must outlive the cursor.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool failed() const { return !failure_.empty(); }
  /// "… at byte 12"; empty where nothing failed.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// `what` goes on with where it stands.
  void fail(std::string_view what);

  /// The next character that is no white space; NUL at the end and behind a failure.
  char peek() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size() && !failed() ? text_[at_] : '\0';
  }
  /// Whether that is `wanted`, which is then passed.
  bool take(char wanted) {
    if (peek() != wanted || wanted == '\0') return false;
    ++at_;
    return true;
  }
  /// A failure where it is another.
  void expect(char wanted);
  /// A failure where anything but white space follows.
  void expect_end();

  /// Valid UTF-8, escapes undone.
  std::string string();
  /// As it is written: "-1.5e3".
  std::string_view number();
  bool boolean();
  /// Whether this word, which is no JSON such as NaN, stands here; it is then passed.
  bool take_word(std::string_view word);
  /// A value of any kind, checked and passed over.
  void ignore();
  /// The text of the next value. Only its brackets and strings are looked at: whoever reads it
  /// checks the rest.
  std::string_view span();

  /// Calls `member(name)` at the value of each member; it has to read it.
  template <class Member>
  void object(Member&& member) {
    enter('{');
    if (!failed() && !take('}')) {
      do {
        const std::string name = string();
        expect(':');
        if (!failed()) member(name);
      } while (take(','));
      expect('}');
    }
    --depth_;
  }
  /// Calls `element()` at each element; it has to read it.
  template <class Element>
  void array(Element&& element) {
    enter('[');
    if (!failed() && !take(']')) {
      do {
        if (!failed()) element();
      } while (take(','));
      expect(']');
    }
    --depth_;
  }

 private:
  static constexpr int kDeepest = 64;

  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  void enter(char bracket);
  void pass_digits();
  void pass_word(std::string_view word);
  void escape(std::string& out);
  unsigned hexadecimal();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string failure_;
};

}  // namespace joulemark::api
