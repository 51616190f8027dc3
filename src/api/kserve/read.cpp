// SPDX-License-Identifier: Apache-2.0
// A tensor's elements may stand before its type and shape: they are passed over first, and read
// when all of the JSON is known.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "api/json/cursor.h"
#include "api/kserve/datatype.h"
#include "api/kserve/elements.h"
#include "api/kserve/message.h"

namespace joulemark::api {
namespace {

using model::HostTensor;

constexpr std::size_t kMaxRank = 32;

/// They would change what is computed, or where it is found.
constexpr std::array<std::string_view, 5> kRefused{"shared_memory_region", "classification",
                                                   "sequence_id", "sequence_start", "sequence_end"};

/// A tensor before its elements are read.
struct TensorDraft {
  TensorHead head = {};
  std::string datatype = {};
  bool has_shape = false;
  std::string_view data = {};
  std::optional<std::int64_t> binary_bytes = {};
};

/// The JSON of a body, and the bytes behind it.
struct Parts {
  std::string_view json;
  std::string_view binary;
};

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Parts> parts_of(std::string_view body, std::string_view header) {
  if (header.empty()) return Parts{body, {}};
  const auto json_bytes = parse<std::size_t>(header);
  if (!json_bytes || *json_bytes > body.size())
    return fail(ErrorKind::kUsage,
                fmt::format("Inference-Header-Content-Length is no number up to {}, the body's "
                            "length",
                            body.size()));
  return Parts{body.substr(0, *json_bytes), body.substr(*json_bytes)};
}

void read_parameter(JsonCursor& cursor, const std::string& name, Parameters& into) {
  const char next = cursor.peek();
  if (next == '"') {
    into[name] = cursor.string();
  } else if (next == 't' || next == 'f') {
    into[name] = cursor.boolean();
  } else if (next == '-' || (next >= '0' && next <= '9')) {
    const std::string_view text = cursor.number();
    if (const auto integer = parse<std::int64_t>(text))
      into[name] = *integer;
    else if (const auto number = parse<double>(text))
      into[name] = *number;
  } else {
    cursor.ignore();
  }
}

Parameters read_parameters(JsonCursor& cursor) {
  Parameters parameters;
  cursor.object([&](const std::string& name) {
    if (std::find(kRefused.begin(), kRefused.end(), name) != kRefused.end())
      return cursor.fail(fmt::format("the parameter '{}' is not supported", name));
    read_parameter(cursor, name, parameters);
  });
  return parameters;
}

template <class T>
std::optional<T> find(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  const T* const value = std::get_if<T>(&found->second);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<TensorForm> form_of(const Parameters& parameters, std::string_view name) {
  const auto is_binary = find<bool>(parameters, name);
  if (!is_binary) return std::nullopt;
  return *is_binary ? TensorForm::kBinary : TensorForm::kJson;
}

void read_shape(JsonCursor& cursor, TensorDraft& draft) {
  draft.has_shape = true;
  draft.head.dims.clear();
  cursor.array([&] {
    const auto dim = parse<std::int64_t>(cursor.number());
    if (cursor.failed()) return;
    if (!dim || *dim < 0) return cursor.fail("a dimension that is no integer from 0 on");
    draft.head.dims.push_back(*dim);
    if (draft.head.dims.size() > kMaxRank)
      cursor.fail(fmt::format("more than {} dimensions", kMaxRank));
  });
}

TensorDraft read_draft(JsonCursor& cursor) {
  TensorDraft draft;
  cursor.object([&](const std::string& name) {
    if (name == "name") {
      draft.head.name = cursor.string();
    } else if (name == "datatype") {
      draft.datatype = cursor.string();
    } else if (name == "shape") {
      read_shape(cursor, draft);
    } else if (name == "data") {
      draft.data = cursor.span();
    } else if (name == "parameters") {
      draft.binary_bytes = find<std::int64_t>(read_parameters(cursor), "binary_data_size");
    } else {
      cursor.ignore();
    }
  });
  return draft;
}

std::vector<TensorDraft> read_drafts(JsonCursor& cursor) {
  std::vector<TensorDraft> drafts;
  cursor.array([&] { drafts.push_back(read_draft(cursor)); });
  return drafts;
}

/// Takes what is in binary from the front of `binary`.
Result<HostTensor> complete(TensorDraft draft, std::string_view& binary) {
  TensorHead& head = draft.head;
  if (head.name.empty()) return fail(ErrorKind::kUsage, "a tensor has no 'name'");
  const auto dtype = kserve_dtype(draft.datatype);
  if (!dtype)
    return fail(ErrorKind::kUsage, fmt::format("'{}' has the 'datatype' '{}', which is none",
                                               head.name, draft.datatype));
  head.dtype = *dtype;
  if (!draft.has_shape)
    return fail(ErrorKind::kUsage, fmt::format("'{}' has no 'shape'", head.name));
  if (!draft.binary_bytes) {
    if (!draft.data.empty()) return read_json_elements(std::move(head), draft.data);
    return fail(
        ErrorKind::kUsage,
        fmt::format("'{}' has neither 'data' nor the parameter 'binary_data_size'", head.name));
  }
  if (!draft.data.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' has both 'data' and 'binary_data_size'", head.name));
  if (*draft.binary_bytes < 0 || static_cast<std::size_t>(*draft.binary_bytes) > binary.size())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' has a 'binary_data_size' of {}, {} bytes are left behind the "
                            "JSON; is Inference-Header-Content-Length there?",
                            head.name, *draft.binary_bytes, binary.size()));
  const auto bytes = binary.substr(0, static_cast<std::size_t>(*draft.binary_bytes));
  binary.remove_prefix(bytes.size());
  return read_binary_elements(std::move(head), bytes);
}

Result<std::vector<HostTensor>> complete_all(std::vector<TensorDraft> drafts,
                                             std::string_view binary) {
  std::vector<HostTensor> tensors;
  for (TensorDraft& draft : drafts) {
    auto tensor = complete(std::move(draft), binary);
    if (!tensor) return fail(tensor.error());
    tensors.push_back(*std::move(tensor));
  }
  if (binary.empty()) return tensors;
  return fail(ErrorKind::kUsage,
              fmt::format("{} bytes behind the last tensor belong to none", binary.size()));
}

std::vector<RequestedOutput> read_outputs(JsonCursor& cursor) {
  std::vector<RequestedOutput> outputs;
  cursor.array([&] {
    RequestedOutput output;
    cursor.object([&](const std::string& name) {
      if (name == "name")
        output.name = cursor.string();
      else if (name == "parameters")
        output.form = form_of(read_parameters(cursor), "binary_data");
      else
        cursor.ignore();
    });
    outputs.push_back(std::move(output));
  });
  return outputs;
}

tl::unexpected<Error> no_message(const JsonCursor& cursor) {
  return fail(ErrorKind::kUsage, fmt::format("the body's JSON: {}", cursor.failure()));
}

}  // namespace

Result<InferRequest> read_infer_request(std::string_view body, std::string_view header) {
  const auto parts = parts_of(body, header);
  if (!parts) return fail(parts.error());
  JsonCursor cursor(parts->json);
  InferRequest request;
  std::vector<TensorDraft> inputs;
  cursor.object([&](const std::string& name) {
    if (name == "id")
      request.id = cursor.string();
    else if (name == "parameters")
      request.parameters = read_parameters(cursor);
    else if (name == "inputs")
      inputs = read_drafts(cursor);
    else if (name == "outputs")
      request.outputs = read_outputs(cursor);
    else
      cursor.ignore();
  });
  cursor.expect_end();
  if (cursor.failed()) return no_message(cursor);
  request.output_form =
      form_of(request.parameters, "binary_data_output").value_or(TensorForm::kJson);
  request.parameters.erase("binary_data_output");
  auto tensors = complete_all(std::move(inputs), parts->binary);
  if (!tensors) return fail(tensors.error());
  request.inputs = *std::move(tensors);
  return request;
}

Result<InferResponse> read_infer_response(std::string_view body, std::string_view header) {
  const auto parts = parts_of(body, header);
  if (!parts) return fail(parts.error());
  JsonCursor cursor(parts->json);
  InferResponse response;
  std::vector<TensorDraft> outputs;
  cursor.object([&](const std::string& name) {
    if (name == "model_name")
      response.model = cursor.string();
    else if (name == "model_version")
      response.version = cursor.string();
    else if (name == "id")
      response.id = cursor.string();
    else if (name == "parameters")
      response.parameters = read_parameters(cursor);
    else if (name == "outputs")
      outputs = read_drafts(cursor);
    else
      cursor.ignore();
  });
  cursor.expect_end();
  if (cursor.failed()) return no_message(cursor);
  auto tensors = complete_all(std::move(outputs), parts->binary);
  if (!tensors) return fail(tensors.error());
  response.outputs = *std::move(tensors);
  return response;
}

std::optional<std::string> read_kserve_error(std::string_view body) {
  JsonCursor cursor(body);
  std::optional<std::string> message;
  cursor.object([&](const std::string& name) {
    if (name == "error" && cursor.peek() == '"')
      message = cursor.string();
    else
      cursor.ignore();
  });
  return cursor.failed() ? std::nullopt : message;
}

}  // namespace joulemark::api
