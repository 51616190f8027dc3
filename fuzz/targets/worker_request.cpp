// SPDX-License-Identifier: Apache-2.0
// Lines of the worker protocol, against an engine that does nothing.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "target.h"
#include "worker/session.h"
#include "worker/testing/fake_engine.h"

namespace worker = joulemark::worker;

namespace {

/// Requests that would write files, read the machine's, or run as long as they ask for.
bool is_harmless(std::string_view line) {
  const auto request = worker::parse_request(line);
  if (!request) return true;
  if (const auto* inputs = std::get_if<worker::InputsRequest>(&*request)) {
    return inputs->from.source == "generated" && inputs->batch < 1000 &&
           inputs->from.shapes.empty();
  }
  if (const auto* go = std::get_if<worker::GoRequest>(&*request)) {
    const double rate = go->arrivals.rate;
    return go->min_ns < 1000 && go->min_iterations < 10 && (rate == 0 || rate > 1e4);
  }
  if (const auto* warmup = std::get_if<worker::WarmupRequest>(&*request)) {
    return warmup->max_ns < 50'000;
  }
  if (const auto* open = std::get_if<worker::OpenRequest>(&*request)) return open->affinity.empty();
  return !std::holds_alternative<worker::AnswerRequest>(*request) &&
         !std::holds_alternative<worker::CheckRequest>(*request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  joulemark::testing::FakeEngine engine;
  // Calls that take no time would have the session prepare for millions of records.
  engine.on_run = [] {
    const joulemark::Nanoseconds end = joulemark::monotonic_now() + 20'000;
    while (joulemark::monotonic_now() < end) {
    }
  };
  worker::Session session([](const std::string&) -> joulemark::Result<const jm_engine_api*> {
    return &joulemark::testing::FakeEngine::api();
  });
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!is_harmless(line)) continue;
    const std::string reply = session.answer(line);
    if (reply.find('\n') != std::string::npos || !nlohmann::json::accept(reply)) std::abort();
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {R"({"type":"hello","protocol":1}
{"type":"open","plugin":"p","library_dir":"d","provider":"cpu","threads":2,"affinity":[],"options":{"a":"b"}}
{"type":"load","model":"m","precision":"f32","options":{}}
{"type":"inputs","source":"generated","seed":1,"batch":2,"shapes":{}}
{"type":"warmup","min_ns":0,"max_ns":100,"min_iterations":2}
{"type":"go","min_ns":0,"min_iterations":3}
{"type":"go","min_ns":0,"min_iterations":3,"rate":20000.0,"arrivals":"uniform","seed":2}
{"type":"durations"}
{"type":"quit"}
)",
          R"({"type":"answer","directory":null,"reference":"r"}
{"type":"check","case":"c","rtol":0.001,"atol":1e-7}
)"};
}
