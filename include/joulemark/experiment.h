// SPDX-License-Identifier: Apache-2.0
// What is asked: models × configurations × a workload × repetitions, as plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark {

/// What sources begin with that name a published model with made-up weights.
inline constexpr std::string_view kSyntheticScheme = "synthetic:";

/// A model under test and the inputs that it is given.
struct ModelSpec {
  /// Shown in tables; unique in an experiment. By default the file's stem, or the folder's name for
  /// a folder and for `model.onnx`.
  std::string name;
  /// As the user names it: path of a file that engines load or of a checkpoint directory,
  /// `hub:owner/name[@revision]`, `synthetic:NAME` for a published model's shape with made-up
  /// weights, or `null:NAME` for the null engine.
  std::string source;
  /// Dimensions for inputs whose shape is symbolic: input name → dims. `-1` keeps what the model
  /// says.
  std::map<std::string, std::vector<std::int64_t>> shapes;
  /// "generated" (seeded, by name, type and shape), or the path of an `.npz`, an `.npy`, or an ONNX
  /// `test_data_set_*` folder.
  std::string inputs = "generated";
  bool operator==(const ModelSpec&) const = default;
};

/// Where one version of an engine was found. Filled by discovery, copied into every trial's record.
struct EngineInstall {
  std::string engine;   ///< "onnxruntime"
  std::string version;  ///< as the install says: "1.31.1"; "" when only the library itself knows
  std::string plugin;   ///< path of libjoulemark_<engine>.so, or of a worker of the engine's own
  std::string
      library_dir;       ///< folder of the engine's own library; "" for an engine that needs none
  std::string found_by;  ///< "option", "environment", "cache", "python", "builtin", "imported"
  /// What speaks the worker protocol for this engine, program and arguments; empty:
  /// joulemark-worker, which opens `plugin`. Not stored.
  std::vector<std::string> worker = {};
  /// The other engines' outputs are compared with this one's where an experiment has it. Not
  /// stored.
  bool is_reference = false;
  bool operator==(const EngineInstall&) const = default;
};

/// One serving configuration: engine × provider × precision × threads × batch × engine options.
struct Configuration {
  /// As the user wrote it: "onnxruntime", or "onnxruntime@1.31" for one of several versions.
  std::string engine;
  std::string provider = "cpu";
  std::string precision = "f32";
  int threads = 1;
  int batch = 1;
  /// CPUs (0-based) of the worker; empty: the operating system decides.
  std::vector<int> affinity;
  /// The engine's own options, as its engine.toml lists them.
  std::map<std::string, std::string> options;
  bool operator==(const Configuration&) const = default;
};

/// "onnxruntime cpu f32 t2 b1", with " key=value" for each engine option. Unique in an experiment,
/// shown everywhere. What is not known of an imported trial is left out: an empty provider or
/// precision, 0 threads.
std::string configuration_label(const Configuration& configuration);

/// The levels of each factor. Configurations are their product, less the exclusions.
struct Factors {
  std::vector<std::string> engine;
  std::vector<std::string> provider = {"cpu"};
  std::vector<std::string> precision = {"f32"};
  std::vector<int> threads = {1};
  std::vector<int> batch = {1};
  bool operator==(const Factors&) const = default;
};

/// Cells that are left out: factor name → value. A cell that matches every entry of any exclusion
/// is not measured.
using Exclusion = std::map<std::string, std::string>;

/// How one trial is measured. Times are seconds.
struct Protocol {
  int repetitions = 10;  ///< blocks; a fresh process each
  double duration_s =
      0;  ///< length of the measured window; 0: as long as the sensor needs, at least 0.7 s
  int min_iterations = 30;    ///< of the measured window
  double warmup_min_s = 0.2;  ///< floor of the warm-up
  double warmup_max_s = 5;    ///< cap of the warm-up; reaching it is recorded as "not steady"
  int warmup_min_iterations = 10;
  /// The machine at rest, observed before each block and after the last. 0: as long as the sensors
  /// need, where there are any.
  double bracket_s = 0;
  /// Longest rest before a trial, until temperature and power are back at those of the bracket.
  double cooldown_max_s = 30;
  double idle_s = 0;   ///< observed before the worker starts
  double ready_s = 0;  ///< observed with the model loaded and no request
  double time_limit_s =
      300;  ///< of a whole trial; then the worker is killed and the trial recorded as failed
  /// Further attempts at a trial whose window the machine disturbed.
  int retries = 2;
  /// Requests per second at which the model is asked; 0: one after another without a rest.
  double rate = 0;
  /// When they come, with a rate: "poisson" (independent of each other, seeded) or "uniform".
  std::string arrivals = "poisson";
  /// No further blocks when every ratio to the best is known to within this part of it; 0: all.
  double ratio_precision = 0;
  int min_repetitions = 5;  ///< blocks before anything is decided by what they show
  /// Configurations that are out of reach are left out of further blocks; the probability that the
  /// best is among them. 0: none is left out.
  double race = 0;
  /// How often a configuration is measured whose outputs are not the reference's, and which no
  /// further trial can bring into the ranking: "once" or "always".
  std::string different = "once";
  double sample_hz = 10;  ///< of gauges and of the time line
  /// Part of a window's energy that the sensors' own 95 % error may be; windows are as long as that
  /// takes. 0: 0.01, as far as 10 s allow.
  double energy_precision = 0;
  bool operator==(const Protocol&) const = default;
};

/// What language models are asked for.
struct Generation {
  int prompt_tokens = 128;  ///< of each generated prompt
  int new_tokens = 64;      ///< of each prompt: exactly, or at most with `stop`
  /// "never": every prompt gets all its tokens, whatever they are, so that all engines do the same
  /// work; "eos": a text ends behind the token that the checkpoint ends texts with.
  std::string stop = "never";
  bool operator==(const Generation&) const = default;
};

/// One experiment, complete: with the same value and seed, the same trials in the same order.
struct Experiment {
  std::string name;
  std::uint64_t seed = 1;
  std::vector<ModelSpec> models;
  Factors factors;
  std::vector<Exclusion> exclusions;
  /// Engine name → its options, for every configuration of that engine.
  std::map<std::string, std::map<std::string, std::string>> engine_options;
  /// Engine name (with or without @version) → folder, before all other places.
  std::map<std::string, std::string> engine_roots;
  std::vector<int> affinity;
  /// Network meters at the plug, as base/meter_address.h reads them: "netio://192.168.1.20/1".
  std::vector<std::string> meters;
  /// What the user knows of sensors from better meters, as base/calibration.h reads it:
  /// "perf=1.013±0.008".
  std::vector<std::string> calibration;
  /// The prompts of language models: "generated" (seeded token ids), or the path of a file with a
  /// JSON object a line, {"text": "…"} or {"ids": [5, 9]}.
  std::string workload = "generated";
  Generation generation;
  Protocol protocol;
  /// Practical margin of the verdict: smaller differences do not matter (design §7).
  double margin = 0.03;
  /// Where its trials come from when they were not measured here, for people: "'results.csv'".
  /// Empty otherwise. An imported experiment has no models and factors: what there is, its trials
  /// say. No setting.
  std::string origin;
  bool operator==(const Experiment&) const = default;
};

}  // namespace joulemark
