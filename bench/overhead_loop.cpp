// SPDX-License-Identifier: Apache-2.0
// What the timing loop adds around one call of an engine: the null engine called bare and recorded.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "engine/plugin.h"
#include "worker/engine_calls.h"
#include "worker/measure.h"

namespace {

using joulemark::Nanoseconds;
using joulemark::worker::Measurement;
using joulemark::worker::Subject;

constexpr double kLimitNs = 1000;
constexpr std::int64_t kCalls = 1'000'000;
constexpr int kAlternations = 10;

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

double bare_ns(const Subject& subject) {
  const Nanoseconds start = joulemark::monotonic_now();
  for (std::int64_t i = 0; i < kCalls; ++i) subject.run(subject.model, subject.message);
  return static_cast<double>(joulemark::monotonic_now() - start) / kCalls;
}

/// The p50 of records of one call each, which costs the most.
double recorded_ns(const Subject& subject) {
  Measurement measurement;
  measurement.prepare(1000, {.min_ns = 0, .min_iterations = kCalls / 4});
  measurement.run(subject, {.min_ns = 0, .min_iterations = kCalls / 4});
  std::vector<double> records(measurement.records(),
                              measurement.records() + measurement.record_count());
  return median(std::move(records)) / static_cast<double>(measurement.calls_per_record());
}

int fail(const std::string& message) {
  std::fprintf(stderr, "bench_overhead: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main() {
  namespace worker = joulemark::worker;
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto plugin =
      joulemark::engine::Plugin::load(here / "engines" / "null" / "libjoulemark_null.so");
  if (!plugin) return fail(plugin.error().message);
  auto engine = worker::Engine::open(plugin->api(), {});
  if (!engine) return fail(engine.error().message);
  auto model = engine->load({.model = "null:overhead", .precision = "f32", .options = {}});
  if (!model) return fail(model.error().message);
  std::vector<joulemark::model::HostTensor> inputs;
  inputs.push_back(*joulemark::model::make_tensor("x", JM_FLOAT32, {1, 4}));
  if (auto bound = model->bind(std::move(inputs)); !bound) return fail(bound.error().message);
  std::vector<double> bare;
  std::vector<double> recorded;
  for (int i = 0; i < kAlternations; ++i) {
    bare.push_back(bare_ns(model->subject()));
    recorded.push_back(recorded_ns(model->subject()));
  }
  const double added = median(recorded) - median(bare);
  std::printf("null engine, %d alternations: bare call %.1f ns, recorded call p50 %.1f ns\n",
              kAlternations, median(bare), median(recorded));
  std::printf("the timing loop adds %.1f ns per iteration (limit %.0f ns): %s\n", added, kLimitNs,
              added <= kLimitNs ? "ok" : "TOO MUCH");
  return added <= kLimitNs ? 0 : 1;
}
