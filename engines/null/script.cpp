// SPDX-License-Identifier: Apache-2.0
// Parsing and performing the scripted behaviour of the null engine.
#include "script.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace joulemark::null_engine {
namespace {

using plugin::fail;

/// Memory that crash=oom takes before it gives up: a machine without a limit must survive the test.
constexpr std::size_t kMostOfMemory = std::size_t{4} << 30;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

std::vector<std::int64_t> parse_dims(const std::string& text) {
  std::vector<std::int64_t> dims;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::int64_t dim = 0;
    const auto [stop, error] = std::from_chars(at, end, dim);
    const bool last = stop == end;
    if (error != std::errc() || dim < -1 || dim > (1 << 30) || (!last && *stop != 'x') ||
        stop + 1 == end)
      fail(JM_INVALID_ARGUMENT, "option 'dims' cannot be '" + text + "'; use a form like -1x3x8");
    dims.push_back(dim);
    at = last ? end : stop + 1;
  }
  return dims;
}

float parse_value(const std::string& text) {
  char* end = nullptr;
  const float value = std::strtof(text.c_str(), &end);
  if (text.empty() || *end != '\0')
    fail(JM_INVALID_ARGUMENT, "option 'value' cannot be '" + text + "'; use a number");
  return value;
}

void parse_place(const std::string& text, Script& script) {
  if (text == "open") {
    script.crash_place = Place::kOpen;
  } else if (text == "load") {
    script.crash_place = Place::kLoad;
  } else if (text == "build") {
    script.crash_place = Place::kBuild;
  } else if (text == "bind") {
    script.crash_place = Place::kBind;
  } else if (text != "run") {
    const char* const end = text.data() + text.size();
    const std::size_t skip = text.rfind("run:", 0) == 0 ? 4 : text.size();
    const auto [stop, error] = std::from_chars(text.data() + skip, end, script.crash_run);
    if (error != std::errc() || stop != end || script.crash_run < 1)
      fail(JM_INVALID_ARGUMENT,
           "option 'at' cannot be '" + text + "'; use open, load, build, bind, run or run:N");
  }
}

jm_status parse_status(const std::string& name) {
  constexpr std::pair<const char*, jm_status> kStatuses[] = {
      {"invalid_argument", JM_INVALID_ARGUMENT}, {"unsupported", JM_UNSUPPORTED},
      {"library_missing", JM_LIBRARY_MISSING},   {"library_unusable", JM_LIBRARY_UNUSABLE},
      {"invalid_model", JM_INVALID_MODEL},       {"out_of_memory", JM_OUT_OF_MEMORY}};
  for (const auto& [candidate, status] : kStatuses)
    if (name == candidate) return status;
  return JM_FAILED;
}

/// Takes and touches memory until the system refuses or ends the process.
[[noreturn]] void exhaust_memory() {
  constexpr std::size_t kStep = std::size_t{64} << 20;
  std::vector<std::unique_ptr<char[]>> taken;
  for (std::size_t total = 0; total < kMostOfMemory; total += kStep) {
    taken.push_back(std::make_unique_for_overwrite<char[]>(kStep));
    std::memset(taken.back().get(), 1, kStep);
  }
  fail(JM_OUT_OF_MEMORY, "took 4096 MB without meeting a limit");
}

}  // namespace

Script read_script(plugin::Options options) {
  Script script;
  script.inputs = static_cast<std::size_t>(options.integer("inputs", 1, 0));
  script.outputs = static_cast<std::size_t>(options.integer("outputs", 1, 0));
  if (script.inputs > 1000 || script.outputs > 1000)
    fail(JM_INVALID_ARGUMENT, "the null engine has at most 1000 inputs and outputs");
  script.dims = parse_dims(options.text("dims", "-1x4"));
  script.value = parse_value(options.text("value", "0"));
  script.busy_ns = options.integer("busy_us", 0, 0) * 1000;
  script.sleep_ns = options.integer("sleep_us", 0, 0) * 1000;
  script.slow_every = options.integer("slow_every", 0, 0);
  script.alloc_bytes = options.integer("alloc_mb", 0, 0) << 20;
  script.open_ms = options.integer("open_ms", 0, 0);
  script.load_ms = options.integer("load_ms", 0, 0);
  script.build_ms = options.integer("build_ms", 0, 0);
  script.crash = options.choice(
      "crash", {"no", "segv", "abort", "exit", "kill", "hang", "oom", "error"}, "no");
  parse_place(options.text("at", "run"), script);
  script.status =
      parse_status(options.choice("status",
                                  {"failed", "invalid_argument", "unsupported", "library_missing",
                                   "library_unusable", "invalid_model", "out_of_memory"},
                                  "failed"));
  script.say = options.text("say", "");
  script.precision = options.text("precision", "");
  script.vocabulary = static_cast<std::int32_t>(options.integer("vocabulary", 16, 1));
  options.finish("null");
  return script;
}

plugin::Options with_model_options(plugin::Options options, const std::string& model_path) {
  if (model_path.rfind("null:", 0) != 0)
    fail(JM_INVALID_MODEL, "the null engine reads no file such as '" + model_path +
                               "'; give it the model 'null:NAME'");
  const std::size_t question = model_path.find('?');
  std::size_t at = question == std::string::npos ? model_path.size() : question + 1;
  while (at < model_path.size()) {
    const std::size_t end = std::min(model_path.find('&', at), model_path.size());
    const std::size_t equals = model_path.find('=', at);
    if (equals >= end)
      fail(JM_INVALID_MODEL, "'" + model_path.substr(at, end - at) + "' in model '" + model_path +
                                 "' is not of the form key=value");
    options.set(model_path.substr(at, equals - at),
                model_path.substr(equals + 1, end - equals - 1));
    at = end + 1;
  }
  return options;
}

void fail_as_told(const Script& script, Place place, std::int64_t run) {
  if (script.crash == "no" || script.crash_place != place) return;
  if (place == Place::kRun && script.crash_run != run) return;
  if (script.crash == "segv") raise(SIGSEGV);
  if (script.crash == "abort") std::abort();
  if (script.crash == "exit") _exit(7);
  if (script.crash == "kill") raise(SIGKILL);
  if (script.crash == "oom") exhaust_memory();
  while (script.crash == "hang") pause();
  fail(script.status, "the null engine was told to fail");
}

void busy_for(std::int64_t nanoseconds) {
  if (nanoseconds <= 0) return;
  const std::int64_t end = now() + nanoseconds;
  while (now() < end) continue;
}

void sleep_for(std::int64_t nanoseconds) {
  if (nanoseconds <= 0) return;
  timespec time{nanoseconds / kNanosecondsPerSecond, nanoseconds % kNanosecondsPerSecond};
  while (nanosleep(&time, &time) != 0) continue;
}

}  // namespace joulemark::null_engine
