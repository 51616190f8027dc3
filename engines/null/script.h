// SPDX-License-Identifier: Apache-2.0
// What the null engine has been told to do, and the doing of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugin_kit/options.h"

namespace joulemark::null_engine {

/// The places where a failure can be asked for.
enum class Place { kOpen, kLoad, kBuild, kBind, kRun };

/// One behaviour, as the options or the model's name give it.
struct Script {
  std::size_t inputs = 1;
  std::size_t outputs = 1;
  std::vector<std::int64_t> dims = {-1, 4};
  float value = 0;
  std::int64_t busy_ns = 0;
  std::int64_t sleep_ns = 0;
  std::int64_t slow_every = 0;
  std::int64_t alloc_bytes = 0;
  std::int64_t open_ms = 0;
  std::int64_t load_ms = 0;
  std::int64_t build_ms = 0;
  std::string crash = "no";
  Place crash_place = Place::kRun;
  std::int64_t crash_run = 1;  ///< which run, 1 the first; with kRun only
  jm_status status = JM_FAILED;
  std::string say;
  std::string precision;
  std::int32_t vocabulary = 16;
};

/// Reads every option; fails with JM_INVALID_ARGUMENT for one that is unknown or has no such value.
Script read_script(plugin::Options options);

/// The options in `null:NAME?key=value&key=value`, on top of `options`. Fails with JM_INVALID_MODEL
/// for a path that does not start with "null:".
plugin::Options with_model_options(plugin::Options options, const std::string& model_path);

/// Fails as the script says, if it says so for `place` (and for the run-th run, 1 the first).
void fail_as_told(const Script& script, Place place, std::int64_t run = 1);

void busy_for(std::int64_t nanoseconds);
void sleep_for(std::int64_t nanoseconds);

}  // namespace joulemark::null_engine
