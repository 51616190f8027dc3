// SPDX-License-Identifier: Apache-2.0
// What a server answers: events of a stream and the chunks in them, whole answers, errors. The
// first byte says in how large parts the stream comes, which must not matter.
#include <cstdlib>
#include <string_view>

#include "api/openai/answer.h"
#include "api/openai/error.h"
#include "api/sse.h"
#include "target.h"

namespace {

using namespace joulemark::api::openai;  // NOLINT(google-build-using-namespace)
using joulemark::api::EventReader;

std::vector<std::string> data_of(std::string_view stream, std::size_t part) {
  EventReader reader(4096);
  std::vector<std::string> data;
  while (!stream.empty()) {
    const auto events = reader.read(stream.substr(0, part));
    if (!events) break;
    for (const auto& event : *events) data.push_back(event.type + ":" + event.data);
    stream.remove_prefix(std::min(part, stream.size()));
  }
  return data;
}

void read(std::string_view text) {
  (void)read_error(text);
  for (const Endpoint endpoint : {Endpoint::kCompletions, Endpoint::kChat})
    for (const Part part : {Part::kWhole, Part::kChunk})
      if (const auto answer = read_answer(endpoint, part, text)) {
        const std::string once = write_answer(*answer);
        const auto again = read_answer(endpoint, part, once);
        if (!again || write_answer(*again) != once) std::abort();
      }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto events = data_of(bytes, 1 + data[0] % 16);
  if (size <= 4096 && events != data_of(bytes, size)) std::abort();
  for (const std::string& event : events) read(event.substr(event.find(':') + 1));
  read(bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string chunk =
      R"({"id":"c","object":"text_completion","created":5,"model":"m","choices":[{"index":0,"text":"é",)"
      R"("logprobs":{"text_offset":[0],"token_logprobs":[-0.5],"tokens":["é"],)"
      R"("top_logprobs":[{"é":-0.5,"a":-1}]},"finish_reason":"stop","stop_reason":5,"token_ids":[7],)"
      R"("prompt_token_ids":[1]}],"usage":{"prompt_tokens":1,"completion_tokens":1},)"
      R"("joulemark":{"energy":{"joules":1.5,"window_s":0.1,"share":1,"method":"m"}}})";
  const std::string chat =
      R"({"choices":[{"index":1,"delta":{"role":"assistant","content":"x"},"logprobs":{"content":)"
      R"([{"token":"x","logprob":-1,"bytes":[120],"top_logprobs":[]}]},"finish_reason":null}]})";
  return {
      "\x03"
      "data: " +
          chunk + "\n\ndata: [DONE]\n\n",
      "\x01"
      ": ping\r\nevent: error\r\ndata: {\"error\":{\"message\":\"x\",\"code\":4}}\r\n\r\n",
      "\x07"
      "\xEF\xBB\xBF"
      "data: " +
          chat + "\rdata: y\r\rid: 3\n\n",
      "\x01" + chunk, "\x01" + chat};
}
