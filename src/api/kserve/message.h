// SPDX-License-Identifier: Apache-2.0
// What a client and a server of the Open Inference Protocol (KServe v2) over HTTP say to each other
// about one call of a model, with its extension for tensors in binary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "model/tensor.h"

namespace joulemark::api {

/// Parameters that are neither text nor number nor truth value are not kept.
using Parameter = std::variant<bool, std::int64_t, double, std::string>;
using Parameters = std::map<std::string, Parameter, std::less<>>;

/// How a tensor's elements are sent: inside of the JSON, or behind it as they are in memory.
enum class TensorForm { kJson, kBinary };

struct RequestedOutput {
  std::string name;
  std::optional<TensorForm> form = {};  ///< empty: as the request says for all
};

struct InferRequest {
  std::string id = {};
  Parameters parameters = {};
  std::vector<model::HostTensor> inputs = {};
  std::vector<RequestedOutput> outputs = {};   ///< none: all that the model has
  TensorForm output_form = TensorForm::kJson;  ///< of outputs that do not say theirs
};

struct InferResponse {
  std::string model = {};
  std::string version = {};
  std::string id = {};
  Parameters parameters = {};
  std::vector<model::HostTensor> outputs = {};
};

/// The body of a message, and what is said of it in the head.
struct InferBody {
  std::string bytes;
  /// The value of kInferHeaderLength: how many of `bytes` are JSON. Empty, and then no such header:
  /// all.
  std::optional<std::size_t> json_bytes = {};
  /// "application/json" or "application/octet-stream".
  [[nodiscard]] const char* content_type() const;
};

/// In lower case, as http::Request::header wants it.
inline constexpr const char* kInferHeaderLength = "inference-header-content-length";

/// `header` is the value of kInferHeaderLength, "" where there is none. Names, sizes and shapes are
/// checked against what is there before anything is made of them, numbers against their type.
/// Errors are kUsage; no element is a number that JSON has not, such as NaN, unless it is binary.
Result<InferRequest> read_infer_request(std::string_view body, std::string_view header);
Result<InferResponse> read_infer_response(std::string_view body, std::string_view header);

/// kUsage for a tensor that cannot be sent so: FP16, BF16, NaN, infinities and bytes that are no
/// UTF-8 have no JSON, other types have no name in the protocol.
Result<InferBody> write_infer_request(const InferRequest& request, TensorForm form);
/// `forms` has one for each output.
Result<InferBody> write_infer_response(const InferResponse& response,
                                       const std::vector<TensorForm>& forms);

/// {"error": "…"}
std::string write_kserve_error(std::string_view message);
/// The message of such a body; nothing for any other.
std::optional<std::string> read_kserve_error(std::string_view body);

}  // namespace joulemark::api
