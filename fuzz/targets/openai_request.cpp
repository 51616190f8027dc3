// SPDX-License-Identifier: Apache-2.0
// The body of a request of OpenAI's API for text. What is taken can be written and is taken again.
#include <cstdlib>
#include <string_view>

#include "api/openai/request.h"
#include "target.h"

namespace {

using namespace joulemark::api::openai;  // NOLINT(google-build-using-namespace)

void use(Endpoint endpoint, std::string_view body) {
  const auto request = read_request(endpoint, body);
  if (!request) {
    if (!read_error(write_error(request.error()))) std::abort();
    return;
  }
  const std::string once = write_request(*request);
  const auto again = read_request(endpoint, once);
  if (!again || write_request(*again) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  use(Endpoint::kCompletions, bytes);
  use(Endpoint::kChat, bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      R"({"model":"m","prompt":"Hi","max_tokens":5,"temperature":0.5,"top_p":0.9,"top_k":-1,"n":2})",
      R"({"prompt":[[1,2],[3]],"stop":["a","b"],"stop_token_ids":[5],"seed":-7,"logprobs":2})",
      R"({"prompt":["a","b"],"stream":true,"stream_options":{"include_usage":true},"echo":true})",
      R"({"prompt":[1,2],"ignore_eos":true,"return_token_ids":true,"joulemark":{"energy":true}})",
      R"({"messages":[{"role":"user","content":"x","name":"n"}],"logprobs":true,"top_logprobs":3})",
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"tools":[],"min_p":0.1,)"
      R"("response_format":{"type":"text"},"presence_penalty":1,"repetition_penalty":1.1})",
  };
}
