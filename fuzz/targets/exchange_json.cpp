// SPDX-License-Identifier: Apache-2.0
// Results of optimum-benchmark.
#include <cstdlib>
#include <string>
#include <string_view>

#include "exchange/optimum_benchmark.h"
#include "target.h"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto draft = joulemark::exchange::optimum_benchmark_trial(bytes);
  if (!draft) return 0;
  const auto trial = joulemark::exchange::complete(std::move(*draft));
  expect(trial.has_value());
  expect(trial->window_s() >= 0 && trial->configuration.batch >= 1);
  expect(trial->text.window.prompts >= 0 && trial->text.window.prompt_tokens >= 0);
  for (const auto& energy : trial->energy) expect(!energy.joules || *energy.joules >= 0);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string config =
      R"({"config": {"backend": {"name": "onnxruntime", "version": "1.20", "model": "m", "device": "cpu",
          "provider": "CPUExecutionProvider", "intra_op_num_threads": 2, "torch_dtype": "float32", "use_cache": true},
          "scenario": {"input_shapes": {"batch_size": 2, "sequence_length": 8}, "generate_kwargs": {"max_new_tokens": 4}},
          "environment": {"cpu": "x"}}, "report": )";
  const std::string target =
      R"({"memory": {"unit": "MB", "max_ram": 12.5}, "latency": {"unit": "s", "values": [0.5, 0.25]},
          "energy": {"unit": "kWh", "cpu": 1e-6, "ram": 0, "gpu": 2e-6, "total": 3e-6}})";
  return {config + R"({"load_model": )" + target + R"(, "generate": )" + target +
              R"(, "prefill": )" + target + R"(, "per_token": )" + target + "}}",
          config + R"({"prefill": )" + target + R"(, "decode": )" + target + "}}",
          config + R"({"forward": )" + target + "}}"};
}
