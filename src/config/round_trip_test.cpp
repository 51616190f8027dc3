// SPDX-License-Identifier: Apache-2.0
// Properties over random input: what is written is read back, and no bytes crash the reader.
#include <gmock/gmock.h>

#include "base/random.h"
#include "config/experiment_file.h"

namespace joulemark::config {
namespace {

/// Texts that have broken writers before: quotes, escapes, control characters, other scripts.
const std::vector<std::string> kPieces = {
    "a",    "Z9",   " ",      "\"",        "\\",     "'",      "\t", "\n", "\r",   "\x01",
    "\x1f", "\x7f", "]",      "[[",        "#",      "=",      "{",  "é",  "日本", "🙂",
    "\\u",  "\\n",  "\"\"\"", "</script>", "\u0085", "\u2028", "%s", ".",  "-",    "@"};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  int integer(int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
  }

  std::string text(int least) {
    std::string out;
    for (int n = integer(least, 8); n > 0; --n) out += kPieces[random_.below(kPieces.size())];
    return out;
  }

  /// A text without control characters, different from every other of this maker.
  std::string title() {
    std::string out;
    for (const char c : text(0))
      if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
    return out + std::to_string(++titles_);
  }

  std::vector<int> levels() {
    std::vector<int> out;
    for (int n = integer(1, 4), value = 0; n > 0; --n) out.push_back(value += integer(1, 40));
    return out;
  }

  ModelSpec model() {
    ModelSpec spec;
    spec.name = title();
    spec.source = "/" + text(1);
    if (integer(0, 1) == 1) spec.inputs = text(1);
    for (int n = integer(0, 3); n > 0; --n)
      for (int rank = integer(0, 3); rank >= 0; --rank)
        spec.shapes[text(0)].push_back(integer(-1, 1000));
    return spec;
  }

  Experiment experiment() {
    Experiment e;
    e.name = title();
    e.seed = random_.next() >> 1;
    e.margin = random_.uniform();
    for (int n = integer(1, 3); n > 0; --n) e.models.push_back(model());
    e.factors.engine = {"onnxruntime", "openvino@2026.4.1"};
    e.factors.provider = {"cpu", "p" + std::to_string(integer(0, 99))};
    e.factors.threads = levels();
    e.factors.batch = levels();
    if (integer(0, 1) == 1) e.exclusions = {{{"engine", "onnxruntime"}, {"provider", "cpu"}}};
    for (int n = integer(0, 3); n > 0; --n) e.engine_options["openvino"][text(1)] = text(0);
    if (integer(0, 1) == 1) e.engine_roots["openvino@2026.4.1"] = text(1);
    if (integer(0, 1) == 1) e.affinity = {3, 1, 7};
    if (integer(0, 1) == 1) e.calibration = {"perf=1.013±0.008", "nvml=0.95+-0.02"};
    if (integer(0, 1) == 1) e.meters = {"netio://a/1", "shelly+https://[::1]:8080"};
    e.protocol = protocol();
    if (e.factors.batch.size() > 1) e.protocol.rate = 0;
    return e;
  }

 private:
  Protocol protocol() {
    Protocol p;
    p.repetitions = integer(1, 50);
    p.duration_s = random_.uniform() * 20;
    p.min_iterations = integer(1, 1000);
    p.warmup_min_s = random_.uniform() * 1e-7;
    p.warmup_max_s = 1 + random_.uniform();
    p.warmup_min_iterations = integer(0, 9);
    p.bracket_s = random_.uniform();
    p.cooldown_max_s = integer(0, 9);
    p.idle_s = random_.uniform();
    p.ready_s = integer(0, 3);
    p.time_limit_s = 100 + random_.uniform() * 80000;
    p.retries = integer(0, 9);
    p.rate = 1 + random_.uniform() * 1000;
    p.arrivals = integer(0, 1) == 1 ? "uniform" : "poisson";
    p.different = integer(0, 1) == 1 ? "always" : "once";
    p.ratio_precision = random_.uniform();
    p.min_repetitions = integer(2, 9);
    p.race = random_.uniform() * 0.5;
    p.sample_hz = 0.1 + random_.uniform() * 900;
    return p;
  }

  Random random_;
  int titles_ = 0;
};

TEST(RoundTrip, EveryValidExperimentIsReadBackAsItWas) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Experiment written = Maker(seed).experiment();
    ASSERT_TRUE(validate(written)) << validate(written).error().message;
    const std::string toml = to_toml(written);
    const auto read = parse_experiment(toml, "written.toml");
    ASSERT_TRUE(read) << read.error().message << "\n" << toml;
    ASSERT_EQ(*read, written) << toml;
  }
}

TEST(RoundTrip, WritingIsStable) {
  const Experiment experiment = Maker(1).experiment();
  const auto read = parse_experiment(to_toml(experiment), "x.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(to_toml(*read), to_toml(experiment));
}

TEST(Garbage, NeverCrashesTheReader) {
  Random random(42);
  int rejected = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string toml = to_toml(Maker(static_cast<std::uint64_t>(round % 20)).experiment());
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
      const auto at = random.below(toml.size());
      if (random.below(2) == 0)
        toml[at] = static_cast<char>(random.below(256));
      else
        toml.erase(at, random.below(30));
    }
    const auto read = parse_experiment(toml, "garbage.toml");
    if (read) continue;
    ++rejected;
    EXPECT_THAT(read.error().message, ::testing::StartsWith("garbage.toml:"));
  }
  EXPECT_GT(rejected, 1000);
}

TEST(Garbage, OfDeepNestingIsRejected) {
  EXPECT_FALSE(parse_experiment("a = " + std::string(100000, '['), "deep.toml"));
  EXPECT_FALSE(parse_experiment(std::string(3, '\0'), "nul.toml"));
  EXPECT_FALSE(parse_experiment("\xff\xfe", "bytes.toml"));
}

TEST(Texts, ThatNoFileCanHoldAreRejected) {
  Experiment experiment = Maker(3).experiment();
  experiment.models[0].source = "/\xff.onnx";
  const auto status = validate(experiment);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "MODEL '/\xEF\xBF\xBD.onnx' is not valid UTF-8 text; rename the file or its folder");
}

}  // namespace
}  // namespace joulemark::config
