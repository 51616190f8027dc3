// SPDX-License-Identifier: Apache-2.0
// How OpenAI's API says that a request failed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulemark::api::openai {

struct ApiError {
  int status = 400;     ///< of HTTP; not part of the text
  std::string message;  ///< for people
  std::string type = "invalid_request_error";
  std::string param = {};  ///< the field that is wrong; "" for none
  std::string code = {};   ///< "context_length_exceeded"; "" for none
};

/// {"error": {"message", "type", "param", "code"}}.
std::string write_error(const ApiError& error);

/// Of an answer, or of an event inside of a stream: also where a server writes the message alone.
/// Nothing for what is no such object. `status` stays as it was made.
std::optional<ApiError> read_error(std::string_view json);

}  // namespace joulemark::api::openai
