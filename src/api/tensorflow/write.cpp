// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <span>

#include "api/json/base64.h"
#include "api/json/members.h"
#include "api/json/numbers.h"
#include "api/tensorflow/datatype.h"
#include "api/tensorflow/message.h"
#include "model/dtype.h"

namespace joulemark::api::tensorflow {
namespace {

using model::HostTensor;

/// A number without a point would be an integer to readers that look at how it is written.
template <class T>
void append_float(std::string& out, T value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else {
    const std::size_t begin = out.size();
    append_number(out, value);
    if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
  }
}

void append_text(std::string& out, const std::string& text) {
  if (is_utf8(text)) return append_quoted(out, text);
  JsonMembers(out).text("b64", to_base64(text));
}

/// Lists in lists, as deep as the shape says.
template <class Element>
void append_lists(std::string& out, std::span<const std::int64_t> dims, Element&& element) {
  if (dims.empty()) return element();
  out += '[';
  for (std::int64_t i = 0; i < dims[0]; ++i) {
    if (i > 0) out += ',';
    append_lists(out, dims.subspan(1), element);
  }
  out += ']';
}

template <class T>
void append_numbers(std::string& out, const HostTensor& tensor) {
  const std::byte* next = tensor.data.data();
  append_lists(out, tensor.dims, [&] {
    T value;
    std::memcpy(&value, next, sizeof(T));
    next += sizeof(T);
    if constexpr (std::is_floating_point_v<T>)
      append_float(out, value);
    else
      append_number(out, value);
  });
}

void append_elements(std::string& out, const HostTensor& tensor) {
  std::size_t next = 0;
  if (tensor.dtype == JM_STRING)
    return append_lists(out, tensor.dims, [&] { append_text(out, tensor.strings[next++]); });
  if (tensor.dtype == JM_BOOL)
    return append_lists(out, tensor.dims,
                        [&] { out += tensor.data[next++] == std::byte{0} ? "false" : "true"; });
  with_number_type(tensor.dtype, [&](auto zero) { append_numbers<decltype(zero)>(out, tensor); });
}

/// What stands behind a dimension of 0 shows in no list.
bool shows_its_shape(const std::vector<std::int64_t>& dims) {
  for (std::size_t i = 0; i + 1 < dims.size(); ++i)
    if (dims[i] == 0) return false;
  return true;
}

Status check(const HostTensor& tensor) {
  if (!has_json(tensor.dtype))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is {}, which TensorFlow Serving's REST API has no JSON for",
                            tensor.name, model::dtype_name(tensor.dtype)));
  if (shows_its_shape(tensor.dims)) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("'{}' has no elements: TensorFlow Serving's REST API cannot tell its "
                          "shape {}",
                          tensor.name, model::format_dims(tensor.dims)));
}

}  // namespace

Result<std::string> write_predict_request(const PredictRequest& request) {
  for (const HostTensor& tensor : request.inputs)
    if (auto good = check(tensor); !good) return fail(good.error());
  std::string out;
  {
    JsonMembers members(out);
    if (!request.signature.empty()) members.text("signature_name", request.signature);
    JsonMembers inputs(members.name("inputs"));
    for (const HostTensor& tensor : request.inputs)
      append_elements(inputs.name(tensor.name), tensor);
  }
  return out;
}

}  // namespace joulemark::api::tensorflow
