// SPDX-License-Identifier: Apache-2.0
// Every element is read once, by its type; the first list of each depth says how long the others
// have to be.
#include "api/tensorflow/nested.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "api/json/base64.h"
#include "api/json/cursor.h"
#include "api/json/numbers.h"
#include "api/tensorflow/datatype.h"

namespace joulemark::api::tensorflow {
namespace {

using model::HostTensor;

constexpr std::int64_t kOpen = -1;

class NestedReader {
 public:
  NestedReader(std::string_view json, HostTensor& tensor) : cursor_(json), tensor_(tensor) {}

  Status read() {
    if (tensor_.dtype == JM_STRING)
      value(0, [this] { tensor_.strings.push_back(text()); });
    else if (tensor_.dtype == JM_BOOL)
      value(0, [this] { tensor_.data.push_back(std::byte{cursor_.boolean()}); });
    else
      with_number_type(tensor_.dtype,
                       [this](auto zero) { value(0, [this] { number<decltype(zero)>(); }); });
    cursor_.expect_end();
    if (!cursor_.failed()) return {};
    return fail(ErrorKind::kUsage, fmt::format("'{}': {} of it", tensor_.name, cursor_.failure()));
  }

 private:
  /// A list, or an element where there are no more lists.
  template <class Element>
  void value(std::size_t depth, Element&& element) {
    std::vector<std::int64_t>& dims = tensor_.dims;
    if (cursor_.peek() != '[') {
      if (depth != dims.size()) return cursor_.fail("an element beside a list");
      has_elements_ = true;
      return element();
    }
    if (depth == dims.size()) {
      if (has_elements_) return cursor_.fail("a list beside an element");
      dims.push_back(kOpen);
    }
    std::int64_t count = 0;
    cursor_.array([&] {
      ++count;
      value(depth + 1, element);
    });
    if (dims[depth] == kOpen) dims[depth] = count;
    if (dims[depth] != count)
      cursor_.fail(fmt::format("lists of {} and of {} beside each other", dims[depth], count));
  }

  template <class T>
  void number() {
    T value{};
    if (!word(value)) {
      const std::string_view text = cursor_.number();
      if (cursor_.failed()) return;
      if (!parse_number(text, value))
        return cursor_.fail(
            fmt::format("{} is no {}", text.substr(0, 40), datatype_of(tensor_.dtype)));
    }
    const std::size_t end = tensor_.data.size();
    tensor_.data.resize(end + sizeof(T));
    std::memcpy(tensor_.data.data() + end, &value, sizeof(T));
  }

  /// What floats may be besides numbers, as the server writes it.
  template <class T>
  bool word(T& value) {
    if constexpr (std::is_floating_point_v<T>) {
      constexpr T kInfinity = std::numeric_limits<T>::infinity();
      if (cursor_.take_word("NaN"))
        value = std::numeric_limits<T>::quiet_NaN();
      else if (cursor_.take_word("Infinity"))
        value = kInfinity;
      else if (cursor_.take_word("-Infinity"))
        value = -kInfinity;
      else
        return false;
      return true;
    }
    return false;
  }

  /// "…" or {"b64": "…"}.
  std::string text() {
    if (cursor_.peek() != '{') return cursor_.string();
    std::optional<std::string> bytes;
    cursor_.object([&](const std::string& name) {
      if (name == "b64")
        bytes = from_base64(cursor_.string());
      else
        cursor_.ignore();
    });
    if (!bytes) cursor_.fail("an object that is no text in base64");
    return bytes.value_or("");
  }

  JsonCursor cursor_;
  HostTensor& tensor_;
  bool has_elements_ = false;
};

}  // namespace

Result<HostTensor> read_nested(const Port& port, std::string_view json) {
  if (!has_json(port.dtype))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is {}, which TensorFlow Serving's REST API has no JSON for",
                            port.name, port.datatype.empty() ? "of no type" : port.datatype));
  HostTensor tensor{.name = port.name, .dtype = port.dtype, .dims = {}, .data = {}, .strings = {}};
  if (auto read = NestedReader(json, tensor).read(); !read) return fail(read.error());
  const bool is_empty = tensor.data.empty() && tensor.strings.empty();
  if (is_empty && port.dims)
    for (std::size_t i = tensor.dims.size(); i < port.dims->size(); ++i)
      tensor.dims.push_back(std::max<std::int64_t>((*port.dims)[i], 0));
  return tensor;
}

}  // namespace joulemark::api::tensorflow
