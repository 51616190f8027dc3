// SPDX-License-Identifier: Apache-2.0
// Millions of numbers pass here: no document is made of them, and each is read once, by its type.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <type_traits>

#include "api/json/cursor.h"
#include "api/json/numbers.h"
#include "api/json/write.h"
#include "api/kserve/datatype.h"
#include "api/kserve/elements.h"
#include "model/dtype.h"

namespace joulemark::api {
namespace {

using model::HostTensor;

class ElementReader {
 public:
  ElementReader(std::string_view json, HostTensor& tensor) : cursor_(json), tensor_(tensor) {}

  Status read() {
    if (tensor_.dtype == JM_STRING)
      lists([this](std::size_t i) { tensor_.strings[i] = cursor_.string(); });
    else if (tensor_.dtype == JM_BOOL)
      lists([this](std::size_t i) { tensor_.data[i] = std::byte{cursor_.boolean()}; });
    else
      with_number_type(tensor_.dtype, [this](auto zero) { read_numbers<decltype(zero)>(); });
    cursor_.expect_end();
    if (!cursor_.failed()) return {};
    return fail(ErrorKind::kUsage,
                fmt::format("'{}': {} of its data", tensor_.name, cursor_.failure()));
  }

 private:
  template <class T>
  void read_numbers() {
    lists([this](std::size_t i) {
      const std::string_view text = cursor_.number();
      T value{};
      if (cursor_.failed()) return;
      if (!parse_number(text, value))
        return cursor_.fail(fmt::format("{} is no {}, its element {}", text.substr(0, 40),
                                        kserve_datatype(tensor_.dtype), i));
      std::memcpy(tensor_.data.data() + i * sizeof(T), &value, sizeof(T));
    });
  }

  /// One list of all elements, or lists in lists as the shape says.
  template <class Element>
  void lists(Element&& element) {
    const std::size_t count = *model::element_count(tensor_.dims);
    cursor_.expect('[');
    const bool is_nested = tensor_.dims.size() > 1 && cursor_.peek() == '[';
    const std::array<std::int64_t, 1> flat{static_cast<std::int64_t>(count)};
    rest_of_list(is_nested ? std::span<const std::int64_t>(tensor_.dims) : flat, element);
  }

  /// Behind its '['.
  template <class Element>
  void rest_of_list(std::span<const std::int64_t> dims, Element&& element) {
    for (std::int64_t i = 0; i < dims[0] && !cursor_.failed(); ++i) {
      if (i > 0) cursor_.expect(',');
      if (dims.size() == 1) {
        element(next_++);
      } else {
        cursor_.expect('[');
        rest_of_list(dims.subspan(1), element);
      }
    }
    if (!cursor_.take(']'))
      cursor_.fail(fmt::format("the shape {} wants another number of elements, ']' expected",
                               model::format_dims(tensor_.dims)));
  }

  JsonCursor cursor_;
  HostTensor& tensor_;
  std::size_t next_ = 0;
};

/// A list of n elements has n characters at the least, and n - 1 commas.
bool may_hold(std::string_view json, std::size_t count) {
  return count == 0 || count <= json.size() / 2;
}

template <class T>
bool append_numbers(std::string& out, const HostTensor& tensor) {
  bool holds = true;
  for (std::size_t i = 0; i < tensor.data.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, tensor.data.data() + i, sizeof(T));
    if (i > 0) out += ',';
    append_number(out, value);
    if constexpr (std::is_floating_point_v<T>) holds = holds && std::isfinite(value);
  }
  return holds;
}

bool append_texts(std::string& out, const HostTensor& tensor) {
  bool holds = true;
  for (std::size_t i = 0; i < tensor.strings.size(); ++i) {
    if (i > 0) out += ',';
    append_quoted(out, tensor.strings[i]);
    holds = holds && is_utf8(tensor.strings[i]);
  }
  return holds;
}

bool append_truths(std::string& out, const HostTensor& tensor) {
  for (std::size_t i = 0; i < tensor.data.size(); ++i) {
    if (i > 0) out += ',';
    out += tensor.data[i] == std::byte{0} ? "false" : "true";
  }
  return true;
}

}  // namespace

Result<HostTensor> read_json_elements(TensorHead head, std::string_view json) {
  if (!kserve_has_json(head.dtype))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is {}, which JSON has no numbers for: send it in binary",
                            head.name, kserve_datatype(head.dtype)));
  const auto count = model::element_count(head.dims);
  if (!count) return fail(ErrorKind::kUsage, count.error().message);
  if (!may_hold(json, *count))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}': the shape {} wants {} elements, its data are fewer", head.name,
                            model::format_dims(head.dims), *count));
  auto tensor = model::make_tensor(std::move(head.name), head.dtype, std::move(head.dims));
  if (!tensor) return tensor;
  if (auto read = ElementReader(json, *tensor).read(); !read) return fail(read.error());
  return tensor;
}

Status append_json_elements(std::string& out, const HostTensor& tensor) {
  if (!kserve_has_json(tensor.dtype))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is {}, which has no JSON: ask for it in binary", tensor.name,
                            kserve_datatype(tensor.dtype)));
  bool holds = true;
  out += '[';
  if (tensor.dtype == JM_STRING) holds = append_texts(out, tensor);
  if (tensor.dtype == JM_BOOL) holds = append_truths(out, tensor);
  with_number_type(tensor.dtype,
                   [&](auto zero) { holds = append_numbers<decltype(zero)>(out, tensor); });
  out += ']';
  if (holds) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("'{}' has elements that JSON has not ({}): ask for it in binary",
                          tensor.name, tensor.dtype == JM_STRING ? "no UTF-8" : "NaN or infinity"));
}

}  // namespace joulemark::api
