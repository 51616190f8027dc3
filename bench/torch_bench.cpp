// SPDX-License-Identifier: Apache-2.0
// Networks through the engines, side by side with the same networks written by hand in ATen calls.
// `bench_torch [--models DIR] [--only NAME] [--threads N] [--alternations N] [--seconds S]`, where
// DIR is what `bench/models full DIR` wrote. Each contender runs in a process of its own, in an
// order that rotates; one whose answer is not that of ONNX Runtime without optimisations is not
// timed.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/discovery.h"
#include "side_by_side.h"
#include "stats/descriptive.h"

namespace {

namespace fs = std::filesystem;
using joulemark::bench::Contender;
using joulemark::bench::ratio;
using joulemark::bench::TrialRequest;

struct Settings {
  fs::path models;
  std::string only;
  int threads = 2;
  int alternations = 8;
  double seconds = 1;
};

/// One network, one batch.
struct Case {
  std::string name;  ///< "resnet50, batch 8"
  fs::path model;
  fs::path data;  ///< inputs and ONNX Runtime's answers
  int batch = 1;
};

fs::path default_models() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path root =
      cache != nullptr ? fs::path(cache) : fs::path(home != nullptr ? home : "") / ".cache";
  return root / "joulemark" / "models" / "bench";
}

Settings read_settings(int argc, char** argv) {
  Settings settings{.models = default_models(), .only = {}};
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view key(argv[i]);
    if (key == "--models") settings.models = argv[i + 1];
    if (key == "--only") settings.only = argv[i + 1];
    if (key == "--threads") settings.threads = std::max(1, std::atoi(argv[i + 1]));
    if (key == "--alternations") settings.alternations = std::max(2, std::atoi(argv[i + 1]));
    if (key == "--seconds") settings.seconds = std::atof(argv[i + 1]);
  }
  return settings;
}

std::vector<Case> find_networks(const Settings& settings) {
  std::vector<Case> cases;
  for (const char* network : {"resnet50", "mobilenetv2", "bert-base"}) {
    if (!settings.only.empty() && settings.only != network) continue;
    const fs::path folder = settings.models / network;
    for (const auto& [batch, set] : {std::pair{1, "test_data_set_0"}, {8, "test_data_set_1"}})
      if (fs::exists(folder / set))
        cases.push_back({fmt::format("{}, batch {}", network, batch), folder / "model.onnx",
                         folder / set, batch});
  }
  return cases;
}

std::vector<Contender> find_contenders(const Case& network) {
  std::vector<Contender> contenders = {
      {.name = "by hand", .program = "bare_torch", .first = "idiomatic"}};
  if (network.name.starts_with("bert"))
    contenders.push_back(
        {.name = "by hand, as in the file", .program = "bare_torch", .first = "file"});
  const auto search = joulemark::engine::default_search_path({});
  for (const char* engine : {"torch", "torchscript", "onnxruntime", "openvino"}) {
    const auto install = joulemark::engine::find_engine(engine, search);
    if (install) contenders.push_back({.name = engine, .install = *install});
    if (!install) fmt::print("{}: left out, {}\n", engine, install.error().message);
    if (!install || engine != std::string_view("torch")) continue;
    for (const auto& [key, value] :
         {std::pair{"optimize", "freeze"}, {"optimize", "onednn-prepack"}, {"memory_arena", "0"}})
      contenders.push_back({.name = fmt::format("torch, {} {}", key, value),
                            .install = *install,
                            .options = {{key, value}}});
  }
  return contenders;
}

void print(const std::vector<Contender>& contenders) {
  using joulemark::stats::median;
  const Contender& hand = contenders.front();
  fmt::print("| {:<30} | {:>8} | {:>20} | {:>20} | {:>8} | {:>6} |\n", "", "p50 ms",
             "time / by hand", "CPU time / by hand", "MiB", "/ hand");
  fmt::print("|{:-<32}|{:->9}:|{:->21}:|{:->21}:|{:->9}:|{:->7}:|\n", "", "", "", "", "", "");
  for (const Contender& contender : contenders) {
    if (!contender.failure.empty()) {
      fmt::print("| {:<30} | {}\n", contender.name, contender.failure);
      continue;
    }
    const double peak = median(contender.peaks);
    fmt::print("| {:<30} | {:>8.2f} | {:>20} | {:>20} | {:>8.0f} | {:>6.2f} |\n", contender.name,
               median(contender.times) / 1e6, ratio(contender.times, hand.times),
               ratio(contender.cpu, hand.cpu), peak / (1 << 20), peak / median(hand.peaks));
  }
  std::fflush(stdout);
}

void compare(const Case& network, const Settings& settings) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::vector<Contender> contenders = find_contenders(network);
  const TrialRequest request{.worker = here / "joulemark-worker",
                             .install = {},
                             .model = network.model,
                             .threads = settings.threads,
                             .seconds = settings.seconds,
                             .inputs = network.data,
                             .reference = network.data,
                             .batch = network.batch,
                             .min_iterations = joulemark::bench::kLeastCalls};
  joulemark::bench::alternate(contenders, request, settings.alternations);
  fmt::print("\n{}, {} threads, {} alternations\n\n", network.name, settings.threads,
             settings.alternations);
  print(contenders);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = read_settings(argc, argv);
  const std::vector<Case> networks = find_networks(settings);
  if (networks.empty())
    fmt::print("no networks in '{}'; write them with bench/models\n", settings.models.string());
  for (const Case& network : networks) compare(network, settings);
  return 0;
}
