// SPDX-License-Identifier: Apache-2.0
#include "side_by_side.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "stats/paired.h"

namespace joulemark::bench {
namespace {

Result<Trial> run_by_hand(const Contender& contender, const TrialRequest& request) {
  const std::filesystem::path folder = request.worker.parent_path();
  const std::string command = fmt::format(
      "'{}' '{}' '{}' {} {} '{}'", (folder / contender.program).string(), contender.first,
      request.model, request.threads, request.seconds, request.inputs.string());
  std::FILE* pipe = popen(command.c_str(), "r");
  long long peak = 0;
  Trial trial;
  const bool read = pipe != nullptr &&
                    std::fscanf(pipe, "%lf %lld %lf", &trial.p50_ns, &peak, &trial.cpu_ns) == 3;
  if (pipe != nullptr) pclose(pipe);
  if (!read) return fail(ErrorKind::kFailed, "it failed: " + command);
  trial.peak_bytes = peak;
  return trial;
}

void run_once(Contender& contender, TrialRequest request) {
  if (!contender.failure.empty()) return;
  Result<Trial> trial;
  if (contender.install) {
    request.install = *contender.install;
    request.options = contender.options;
    trial = run_trial(request);
  } else {
    trial = run_by_hand(contender, request);
  }
  if (!trial) contender.failure = trial.error().message;
  if (trial && !trial->unlike.empty()) contender.failure = "wrong: " + trial->unlike;
  if (!contender.failure.empty()) return;
  contender.times.push_back(trial->p50_ns);
  contender.cpu.push_back(trial->cpu_ns);
  contender.peaks.push_back(static_cast<double>(trial->peak_bytes));
}

}  // namespace

void alternate(std::vector<Contender>& contenders, const TrialRequest& request, int alternations) {
  const std::size_t count = contenders.size();
  for (int round = 0; round < alternations; ++round)
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t turn = round % 2 == 0 ? k : count - 1 - k;
      run_once(contenders[(turn + static_cast<std::size_t>(round) / 2) % count], request);
    }
}

std::string ratio(std::span<const double> values, std::span<const double> base) {
  if (values.empty() || values.size() != base.size()) return "–";
  const auto found = stats::paired_ratio(values, base);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", found.estimate, found.lo, found.hi);
}

}  // namespace joulemark::bench
