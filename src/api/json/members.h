// SPDX-License-Identifier: Apache-2.0
// The members of a JSON object as they are written one behind the other.
#pragma once

#include <string>
#include <string_view>

#include "api/json/write.h"

namespace joulemark::api {

/// Opens the object when it is made and closes it when it ends. `out` must outlive it.
class JsonMembers {
 public:
  explicit JsonMembers(std::string& out) : out_(out) { out_ += '{'; }
  ~JsonMembers() { out_ += '}'; }
  JsonMembers(const JsonMembers&) = delete;
  JsonMembers& operator=(const JsonMembers&) = delete;

  /// Where the member's value is to be appended.
  std::string& name(std::string_view name) {
    if (has_any_) out_ += ',';
    has_any_ = true;
    append_quoted(out_, name);
    return out_ += ':';
  }
  void text(std::string_view key, std::string_view value) { append_quoted(name(key), value); }

 private:
  std::string& out_;
  bool has_any_ = false;
};

/// A list of what `append` appends for each of `values`.
template <class Values, class Append>
void append_list(std::string& out, const Values& values, Append&& append) {
  out += '[';
  bool has_any = false;
  for (const auto& value : values) {
    if (has_any) out += ',';
    has_any = true;
    append(value);
  }
  out += ']';
}

}  // namespace joulemark::api
