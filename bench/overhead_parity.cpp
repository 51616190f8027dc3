// SPDX-License-Identifier: Apache-2.0
// A trial's p50 against a bare loop on the same library, model and threads, side by side.
// `bench_parity [--model FILE] [--threads N] [--alternations N] [--seconds S]`
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/discovery.h"
#include "model/generate.h"
#include "model/onnx_summary.h"
#include "model/tensor_proto.h"
#include "overhead_worker.h"

namespace {

namespace fs = std::filesystem;
using joulemark::EngineInstall;

struct Settings {
  std::string model;
  int threads = 1;
  int alternations = 10;
  double seconds = 1;
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_parity: %s\n", why.c_str());
  std::exit(1);
}

/// The ResNet-50 that script/bootstrap leaves in the cache.
std::string default_model() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path root =
      cache != nullptr ? fs::path(cache) : fs::path(home != nullptr ? home : "") / ".cache";
  return root / "joulemark" / "models" / "onnx" / "light" / "light_resnet50" / "model.onnx";
}

Settings read_settings(int argc, char** argv) {
  Settings settings{.model = default_model()};
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view key(argv[i]);
    if (key == "--model") settings.model = argv[i + 1];
    if (key == "--threads") settings.threads = std::max(1, std::atoi(argv[i + 1]));
    if (key == "--alternations") settings.alternations = std::max(1, std::atoi(argv[i + 1]));
    if (key == "--seconds") settings.seconds = std::atof(argv[i + 1]);
  }
  return settings;
}

/// Generates the model's inputs and writes them where both sides read them.
fs::path write_inputs(const std::string& model) {
  const auto summary = joulemark::model::read_onnx_summary(model);
  if (!summary) die(summary.error().message + "; run script/bootstrap, or give --model FILE");
  const auto tensors = joulemark::model::generate_inputs(summary->inputs, {});
  if (!tensors) die(tensors.error().message);
  std::string name = (fs::temp_directory_path() / "joulemark-parity-XXXXXX").string();
  const fs::path folder = mkdtemp(name.data());
  for (std::size_t k = 0; k < tensors->size(); ++k) {
    const auto written = joulemark::model::write_tensor_proto(
        folder / ("input_" + std::to_string(k) + ".pb"), (*tensors)[k]);
    if (!written) die(written.error().message);
  }
  return folder;
}

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

double bare_p50_ns(const fs::path& program, const joulemark::bench::TrialRequest& request) {
  const std::string command =
      shell_quoted(program) + " " + shell_quoted(request.install.library_dir) + " " +
      shell_quoted(request.model) + " " + std::to_string(request.threads) + " " +
      std::to_string(request.seconds) + " " + shell_quoted(request.inputs);
  std::FILE* pipe = popen(command.c_str(), "r");
  double p50 = 0;
  if (pipe == nullptr || std::fscanf(pipe, "%lf", &p50) != 1) die("the bare loop failed");
  pclose(pipe);
  return p50;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void compare(const std::string& engine, const fs::path& bare,
             joulemark::bench::TrialRequest request, int alternations) {
  constexpr double kMargin = 0.01;
  std::vector<double> ratios;
  std::vector<double> trial_times;
  std::vector<double> bare_times;
  for (int i = 0; i < alternations; ++i) {
    const auto trial = [&] { trial_times.push_back(joulemark::bench::worker_p50_ns(request)); };
    if (i % 2 == 0) trial();
    bare_times.push_back(bare_p50_ns(bare, request));
    if (i % 2 == 1) trial();
    ratios.push_back(trial_times.back() / bare_times.back());
  }
  const auto [least, most] = std::ranges::minmax(ratios);
  const double ratio = median(ratios);
  std::printf(
      "%s %s, %d threads, %d alternations: trial p50 %.3f ms, bare loop p50 %.3f ms, ratio "
      "%.4f [%.4f, %.4f]; within 1 %%: %s\n",
      engine.c_str(), request.install.version.c_str(), request.threads, alternations,
      median(trial_times) / 1e6, median(bare_times) / 1e6, ratio, least, most,
      ratio <= 1 + kMargin && ratio >= 1 - kMargin ? "yes" : "no");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = read_settings(argc, argv);
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path inputs = write_inputs(settings.model);
  const auto search = joulemark::engine::default_search_path({});
  for (const std::string engine : {"onnxruntime", "openvino"}) {
    const auto install = joulemark::engine::find_engine(engine, search);
    if (!install) {
      std::printf("%s: left out, %s\n", engine.c_str(), install.error().message.c_str());
      continue;
    }
    compare(engine, here / ("bare_" + engine),
            {.worker = here / "joulemark-worker",
             .install = *install,
             .model = settings.model,
             .threads = settings.threads,
             .seconds = settings.seconds,
             .inputs = inputs},
            settings.alternations);
  }
  fs::remove_all(inputs);
  return 0;
}
