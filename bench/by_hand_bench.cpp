// SPDX-License-Identifier: Apache-2.0
// synthetic:resnet50 through the engines on TensorFlow and MXNet, side by side with the same
// network and weights written by hand with the calls of each library.
// `bench_by_hand [--only ENGINE] [--threads N] [--alternations N] [--seconds S]`. The reference for
// all answers is that of ONNX Runtime.
#include <fmt/format.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/synthetic.h"
#include "engine/discovery.h"
#include "model/generate.h"
#include "model/onnx_summary.h"
#include "model/tensor_proto.h"
#include "resnet50.h"
#include "side_by_side.h"
#include "stats/descriptive.h"

namespace {

namespace fs = std::filesystem;
using namespace joulemark;  // NOLINT(google-build-using-namespace)
using bench::Contender;
using bench::die;
using bench::TrialRequest;

struct Settings {
  std::string only;
  int threads = 2;
  int alternations = 10;
  double seconds = 1.5;
};

/// Ends the program with the message of what failed.
template <class T>
T need(Result<T> result) {
  if (!result) die(result.error().message);
  return *std::move(result);
}
void need(const Status& status) {
  if (!status) die(status.error().message);
}

Settings read_settings(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view key(argv[i]);
    if (key == "--only") settings.only = argv[i + 1];
    if (key == "--threads") settings.threads = std::max(1, std::atoi(argv[i + 1]));
    if (key == "--alternations") settings.alternations = std::max(2, std::atoi(argv[i + 1]));
    if (key == "--seconds") settings.seconds = std::atof(argv[i + 1]);
  }
  return settings;
}

/// Gone with what it holds at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "bench_by_hand.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) die("cannot make a folder like '" + name + "'");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Ends the program where the engine's answer is not the reference's.
void check_engine(TrialRequest request, const EngineInstall& install) {
  const fs::path folder = request.reference / "answer";
  request.install = install;
  need(bench::write_answer(request, folder));
  const auto answer = need(model::read_tensor_proto(folder / "output_0.pb"));
  bench::check_answer(answer, request.reference);
}

/// Generated images of a batch, and ONNX Runtime's answer to them.
void write_data(TrialRequest request, const fs::path& folder, const engine::SearchPath& search) {
  const auto summary = need(model::read_onnx_summary(request.model));
  const auto inputs =
      need(model::generate_inputs(summary.inputs, {.batch = request.batch, .shapes = {}}));
  need(model::write_tensor_proto(folder / "input_0.pb", inputs.front()));
  request.inputs = folder;
  request.install = need(engine::find_engine("onnxruntime", search));
  need(bench::write_answer(request, folder));
}

void print_head() {
  fmt::print(
      "| ResNet-50 | by hand, ms | from the file, ms | time / by hand | CPU time / by hand |"
      " by hand, MiB | from the file, MiB |\n|---|---:|---:|---:|---:|---:|---:|\n");
}

void print_row(const std::string& name, const std::vector<Contender>& pair) {
  using stats::median;
  constexpr double kMilli = 1e6;
  constexpr double kMebi = 1 << 20;
  for (const Contender& contender : pair)
    if (!contender.failure.empty()) die(name + ", " + contender.name + ": " + contender.failure);
  const Contender& hand = pair.front();
  const Contender& lowered = pair.back();
  fmt::print("| {} | {:.1f} | {:.1f} | {} | {} | {:.0f} | {:.0f} |\n", name,
             median(hand.times) / kMilli, median(lowered.times) / kMilli,
             bench::ratio(lowered.times, hand.times), bench::ratio(lowered.cpu, hand.cpu),
             median(hand.peaks) / kMebi, median(lowered.peaks) / kMebi);
  std::fflush(stdout);
}

void compare(const std::string& engine, TrialRequest request, const Settings& settings,
             const engine::SearchPath& search) {
  if (!settings.only.empty() && settings.only != engine) return;
  const auto install = engine::find_engine(engine, search);
  if (!install) {
    fmt::print("| {} | {} | | | | | |\n", engine, install.error().message);
    return;
  }
  for (const int batch : {1, 8}) {
    const TemporaryFolder data;
    request.batch = batch;
    write_data(request, data.path(), search);
    request.inputs = request.reference = data.path();
    check_engine(request, *install);
    std::vector<Contender> pair = {
        {.name = "by hand", .program = "bare_" + engine, .first = install->library_dir},
        {.name = "from the file", .install = *install}};
    bench::alternate(pair, request, settings.alternations);
    print_row(fmt::format("{} {}, batch {}", engine, install->version, batch), pair);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = read_settings(argc, argv);
  const auto search = engine::default_search_path({});
  const auto folder = need(checkpoint::make_synthetic(
      need(checkpoint::parse_synthetic("synthetic:resnet50")), search.cache_dir.parent_path()));
  const TrialRequest request{
      .worker = fs::read_symlink("/proc/self/exe").parent_path() / "joulemark-worker",
      .install = {},
      .model = (folder / "model.onnx").string(),
      .threads = settings.threads,
      .seconds = settings.seconds,
      .inputs = {},
      .min_iterations = bench::kLeastCalls};
  print_head();
  for (const char* engine : {"tensorflow", "mxnet"}) compare(engine, request, settings, search);
  return 0;
}
