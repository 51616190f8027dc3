// SPDX-License-Identifier: Apache-2.0
// What an experiment file may say, and what is said about a wrong one.
#include "config/experiment_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace joulemark::config {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

/// A valid file, to which each test adds one mistake.
const std::string kMinimal = R"([[model]]
source = "resnet50.onnx"
[factors]
engine = ["onnxruntime"]
)";

std::string complaint(const std::string& toml) {
  const auto experiment = parse_experiment(toml, "e.toml");
  if (experiment) return "(no complaint)";
  EXPECT_EQ(experiment.error().kind, ErrorKind::kUsage);
  return experiment.error().message;
}

/// The complaint about kMinimal with `line` put under [factors].
std::string complaint_about_factor(const std::string& line) {
  return complaint(kMinimal + line + "\n");
}

std::string complaint_about_protocol(const std::string& line) {
  return complaint(kMinimal + "[protocol]\n" + line + "\n");
}

TEST(ExperimentFile, LeavesWhatItDoesNotSayToTheDefaults) {
  const auto experiment = parse_experiment(kMinimal, "some/folder/quick.toml");
  ASSERT_TRUE(experiment) << experiment.error().message;
  EXPECT_EQ(experiment->name, "quick");
  EXPECT_EQ(experiment->models[0].name, "resnet50");
  EXPECT_EQ(experiment->models[0].source, "resnet50.onnx");
  EXPECT_EQ(experiment->protocol, Protocol{});
  EXPECT_EQ(experiment->margin, Experiment{}.margin);
  EXPECT_THAT(experiment->factors.threads, ElementsAre(1));
}

TEST(ExperimentFile, SaysEverythingThatAnExperimentHolds) {
  const auto experiment = parse_experiment(R"(
name = "Which one?"
seed = 7
margin = 0.05
affinity = [0, 1]
[[model]]
name = "bert"
source = "bert.onnx"
inputs = "bert.npz"
shapes = { input_ids = [1, 128] }
[factors]
engine = ["onnxruntime@1.31", "openvino"]
threads = [1, 2]
batch = 8
[[exclude]]
engine = "openvino"
threads = 2
[engine.onnxruntime]
spin = "off"
root = "ort"
level = 3
arena = true
[protocol]
repetitions = 3
duration_s = 2
warmup_max_s = 1.5
)",
                                           "e.toml");
  ASSERT_TRUE(experiment) << experiment.error().message;
  EXPECT_EQ(experiment->name, "Which one?");
  EXPECT_EQ(experiment->seed, 7u);
  EXPECT_EQ(experiment->margin, 0.05);
  EXPECT_THAT(experiment->affinity, ElementsAre(0, 1));
  EXPECT_EQ(experiment->models[0].inputs, "bert.npz");
  EXPECT_THAT(experiment->models[0].shapes.at("input_ids"), ElementsAre(1, 128));
  EXPECT_THAT(experiment->factors.batch, ElementsAre(8));
  EXPECT_EQ(experiment->exclusions[0], (Exclusion{{"engine", "openvino"}, {"threads", "2"}}));
  EXPECT_EQ(
      experiment->engine_options.at("onnxruntime"),
      (std::map<std::string, std::string>{{"spin", "off"}, {"level", "3"}, {"arena", "true"}}));
  EXPECT_EQ(experiment->engine_roots.at("onnxruntime"), "ort");
  EXPECT_EQ(experiment->protocol.repetitions, 3);
  EXPECT_EQ(experiment->protocol.duration_s, 2);
}

TEST(ExperimentFile, TakesRelativePathsFromItsOwnFolder) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "experiment_file_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "e.toml") << R"([[model]]
source = "../nets/net/model.onnx"
inputs = "x.npz"
[[model]]
source = "/abs/other.onnx"
[factors]
engine = ["onnxruntime"]
[engine.onnxruntime]
root = "ort"
)";
  const auto loaded = load_experiment(folder / "e.toml");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Experiment* experiment = &loaded->experiment;
  const auto parent = folder.parent_path();
  EXPECT_EQ(experiment->models[0].source, (parent / "nets/net/model.onnx").string());
  EXPECT_EQ(experiment->models[0].name, "net");
  EXPECT_EQ(experiment->models[0].inputs, (folder / "x.npz").string());
  EXPECT_EQ(experiment->models[1].source, "/abs/other.onnx");
  EXPECT_EQ(experiment->engine_roots.at("onnxruntime"), (folder / "ort").string());
}

TEST(ExperimentFile, FromAPipeTakesRelativePathsFromTheCurrentFolder) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string text = "[[model]]\nsource = 'm.onnx'\n[factors]\nengine = 'x'\n";
  ASSERT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(ends[1]);
  const auto loaded = load_experiment("/dev/fd/" + std::to_string(ends[0]));
  close(ends[0]);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->experiment.models[0].source,
            (std::filesystem::current_path() / "m.onnx").string());
  EXPECT_EQ(loaded->experiment.name, "experiment");
}

TEST(ExperimentFile, SaysWhereOthersFindSomethingWrong) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "places.toml";
  std::ofstream(file) << "[[model]]\nsource = '/m.onnx'\n[factors]\nengine = ['x', 'y']\n";
  const auto loaded = load_experiment(file);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const std::string name = file.string();
  EXPECT_EQ(complaints_text(loaded->places, {{"factors.engine[1]", "no y"},
                                             {"model[0].source", "no file"},
                                             {"model[0].shapes", "no shape"}}),
            name + ":1:1: no shape\n" + name + ":2:10: no file\n" + name + ":4:16: no y");
}

TEST(ExperimentFile, NestedTooDeeplySaysSo) {
  const auto read = parse_experiment("a = " + std::string(5000, '['), "e.toml");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, ::testing::HasSubstr("nested too deeply"));
  EXPECT_THAT(read.error().message, ::testing::Not(::testing::HasSubstr("TOML_MAX")));
}

TEST(ExperimentFile, ThatIsMissingIsAUsageErrorThatNamesIt) {
  const auto experiment = load_experiment("/nonexistent/e.toml");
  ASSERT_FALSE(experiment);
  EXPECT_EQ(experiment.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(experiment.error().message,
            "cannot read '/nonexistent/e.toml': No such file or directory");
}

TEST(ModelName, IsTheStemOrTheFolderOrTheNameOfANullModel) {
  EXPECT_EQ(default_model_name("a/b/resnet50.onnx"), "resnet50");
  EXPECT_EQ(default_model_name("a/b/model.onnx"), "b");
  EXPECT_EQ(default_model_name("model.onnx"), "model");
  EXPECT_EQ(default_model_name("./model.onnx"), "model");
  EXPECT_EQ(default_model_name("null:x"), "x");
}

TEST(ExperimentFileErrors, NamePositionAndNearestKey) {
  EXPECT_EQ(complaint_about_factor("thraeds = [1]"),
            "e.toml:5:1: unknown key 'thraeds'; did you mean 'threads'?");
  EXPECT_EQ(complaint("nmae = \"x\"\n" + kMinimal),
            "e.toml:1:1: unknown key 'nmae'; did you mean 'name'?");
  EXPECT_EQ(complaint_about_protocol("repetition = 3"),
            "e.toml:6:1: unknown key 'repetition'; did you mean 'repetitions'?");
  EXPECT_EQ(complaint("[[model]]\nsuorce = \"x\"\nsource = \"x\"\n[factors]\nengine = \"null\"\n"),
            "e.toml:2:1: unknown key 'suorce'; did you mean 'source'?");
}

TEST(ExperimentFileErrors, SayWhereAMisplacedKeyBelongs) {
  EXPECT_EQ(complaint("threads = [1]\n" + kMinimal),
            "e.toml:1:1: unknown key 'threads'; it belongs in [factors]");
  EXPECT_EQ(complaint_about_factor("repetitions = 3"),
            "e.toml:5:1: unknown key 'repetitions'; it belongs in [protocol]");
  EXPECT_EQ(complaint("source = 'x'\n" + kMinimal),
            "e.toml:1:1: unknown key 'source'; it belongs in [[model]]");
}

TEST(ExperimentFileErrors, PassOnWhatTheTomlParserSays) {
  EXPECT_THAT(complaint("name = \n"), HasSubstr("e.toml:1:"));
  EXPECT_THAT(complaint("a = 1\na = 2\n"), HasSubstr("e.toml:2:"));
}

TEST(ExperimentFileErrors, RejectWrongTypes) {
  EXPECT_EQ(complaint_about_factor("threads = \"two\""),
            "e.toml:5:11: 'factors.threads' must be a list of integers, not a text");
  EXPECT_EQ(complaint_about_factor("threads = [1, 2.5]"),
            "e.toml:5:15: 'factors.threads[1]' must be an integer, not a number");
  EXPECT_EQ(complaint("name = 3\n" + kMinimal),
            "e.toml:1:8: 'name' must be a text, not an integer");
  EXPECT_EQ(complaint_about_protocol("duration_s = true"),
            "e.toml:6:14: 'protocol.duration_s' must be a number, not a boolean");
  EXPECT_EQ(complaint("factors = 1\n[[model]]\nsource='x'\n"),
            "e.toml:1:11: 'factors' must be a table: [factors], not an integer");
  EXPECT_EQ(complaint("model = 'x'\n[factors]\nengine = 'null'\n"),
            "e.toml:1:9: 'model' must be a list of tables: [[model]], not a text");
  EXPECT_EQ(complaint(kMinimal + "[engine.onnxruntime]\nspin = [1]\n"),
            "e.toml:6:8: 'engine.onnxruntime.spin' must be a text, an integer or a boolean, not a "
            "list");
  EXPECT_EQ(complaint_about_factor("provider = 1979-05-27"),
            "e.toml:5:12: 'factors.provider' must be a list of texts, not a date or time");
}

TEST(ExperimentFileErrors, RejectNumbersOutOfRange) {
  EXPECT_EQ(complaint_about_factor("threads = [1, 0]"),
            "e.toml:5:15: 'factors.threads[1]' must be 1 to 4096, not 0");
  EXPECT_EQ(complaint_about_factor("threads = [4294967297]"),
            "e.toml:5:12: 'factors.threads[0]' must be 1 to 4096, not 4294967297");
  EXPECT_EQ(complaint_about_protocol("duration_s = -1"),
            "e.toml:6:14: 'protocol.duration_s' must be 0 to 86400, not -1");
  EXPECT_EQ(complaint_about_protocol("duration_s = nan"),
            "e.toml:6:14: 'protocol.duration_s' must be 0 to 86400, not nan");
  EXPECT_EQ(complaint_about_protocol("duration_s = inf"),
            "e.toml:6:14: 'protocol.duration_s' must be 0 to 86400, not inf");
  EXPECT_EQ(complaint("seed = -1\n" + kMinimal),
            "e.toml:1:8: 'seed' must be 0 to 9223372036854775807, not -1");
  EXPECT_EQ(complaint("margin = 1.5\n" + kMinimal),
            "e.toml:1:10: 'margin' must be 0 to 1, not 1.5");
}

TEST(ExperimentFileErrors, RejectEmptyAndRepeatedLevels) {
  EXPECT_EQ(complaint_about_factor("threads = []"),
            "e.toml:5:11: 'factors.threads' needs at least one level");
  EXPECT_EQ(complaint_about_factor("batch = [1, 8, 1]"),
            "e.toml:5:16: 'factors.batch[2]' repeats 1");
  EXPECT_THAT(complaint("[[model]]\nsource='x'\n"), HasSubstr("'factors.engine' needs at least"));
}

TEST(ExperimentFileErrors, RejectMalformedNames) {
  EXPECT_EQ(complaint_about_factor("precision = [\"f 32\"]"),
            "e.toml:5:14: 'factors.precision[0]' must be a name, not 'f 32'");
  EXPECT_THAT(complaint("[[model]]\nsource='x'\n[factors]\nengine=['a b']\n"),
              HasSubstr("'factors.engine[0]' must be a name or name@version, not 'a b'"));
  EXPECT_THAT(complaint("[[model]]\nsource='x'\n[factors]\nengine=['a@']\n"),
              HasSubstr("must be a name or name@version"));
}

TEST(ExperimentFileErrors, RejectModelsThatCannotBeToldApart) {
  EXPECT_EQ(complaint("[[model]]\nsource='a/m.onnx'\n" + kMinimal + "[[model]]\nsource='m.onnx'\n"),
            "e.toml:7:1: 'model[2].name' 'm' is the name of an earlier model; give this one a name "
            "of its own");
  EXPECT_THAT(complaint("[factors]\nengine='null'\n"), HasSubstr("'model' is missing"));
  EXPECT_THAT(complaint("[[model]]\nname='x'\n[factors]\nengine='null'\n"),
              HasSubstr("e.toml:1:1: a [[model]] needs a source"));
  EXPECT_THAT(complaint("[[model]]\nname=\"a\\nb\"\nsource='x'\n[factors]\nengine='null'\n"),
              HasSubstr("e.toml:2:6: 'model[0].name' holds a control character"));
}

TEST(ExperimentFileErrors, RejectExclusionsThatMatchNothingOrEverything) {
  EXPECT_EQ(complaint(kMinimal + "[[exclude]]\nthraeds = 1\n"),
            "e.toml:6:1: 'exclude[0].thraeds' is no factor; did you mean 'threads'?");
  EXPECT_EQ(complaint(kMinimal + "[[exclude]]\nthreads = 4\n"),
            "e.toml:6:1: 'exclude[0].threads' matches nothing: '4' is not among the levels 1");
  EXPECT_EQ(complaint(kMinimal + "[[exclude]]\n"),
            "e.toml:5:1: 'exclude[0]' is empty; name at least one factor = value");
  EXPECT_EQ(complaint(kMinimal + "[[exclude]]\nthreads = 1\n"),
            "e.toml:5:3: 'exclude' leaves no configuration to measure");
}

TEST(ExperimentFileErrors, RejectTablesOfEnginesThatAreNotMeasured) {
  EXPECT_EQ(complaint(kMinimal + "[engine.onnxruntim]\nspin = 'off'\n"),
            "e.toml:5:9: 'engine.onnxruntim' is no engine of this experiment; did you mean "
            "'onnxruntime'?");
}

TEST(ExperimentFileErrors, RejectAProtocolThatContradictsItself) {
  EXPECT_EQ(complaint_about_protocol("warmup_min_s = 9"),
            "e.toml:5:2: 'protocol.warmup_max_s' is 5 s, less than the shortest warm-up of 9 s");
  EXPECT_EQ(
      complaint_about_protocol("duration_s = 500"),
      "e.toml:5:2: 'protocol.time_limit_s' is 300 s, but idle, warm-up, ready and window take "
      "at least 500.2 s");
}

TEST(ExperimentFile, ARateIsANumberOrATextWithItsUnit) {
  for (const auto* rate : {"5", "5.0", "'5/s'"}) {
    const auto loaded = parse_experiment(kMinimal + "[protocol]\nrate = " + rate + "\n", "e.toml");
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->protocol.rate, 5) << rate;
    EXPECT_THAT(to_toml(*loaded), HasSubstr("\nrate = 5\n"));
  }
}

TEST(ExperimentFileErrors, SayHowOftenWhatIsDifferentMayBeMeasured) {
  EXPECT_THAT(complaint_about_protocol("different = 'never'"),
              HasSubstr("'protocol.different' must be once or always, not 'never'"));
}

TEST(ExperimentFileErrors, RejectRatesThatCannotBeMeasuredOrCompared) {
  EXPECT_EQ(complaint_about_protocol("rate = '5/m'"),
            "e.toml:6:8: 'protocol.rate' must be a number, not a text");
  EXPECT_THAT(complaint_about_protocol("rate = 'x/s'"),
              HasSubstr("'protocol.rate' must be a number or a text like \"5/s\", not 'x/s'"));
  EXPECT_THAT(complaint_about_protocol("rate = 5\narrivals = 'bursts'"),
              HasSubstr("'protocol.arrivals' must be poisson or uniform, not 'bursts'"));
  EXPECT_THAT(complaint_about_protocol("rate = 1e6\nduration_s = 2"),
              HasSubstr("'protocol.rate' of 1000000 a second makes windows of more than"));
  EXPECT_THAT(complaint_about_protocol("rate = 1e-6"),
              HasSubstr("makes windows of more than 1048576 requests or 86400 s"));
  EXPECT_THAT(complaint_about_factor("batch = [1, 2]\n[protocol]\nrate = 5"),
              HasSubstr("'protocol.rate' counts requests, and one of a larger batch is more work; "
                        "compare one batch size at a time"));
}

TEST(ExperimentFileErrors, RejectExperimentsOfAbsurdSize) {
  std::string many = "threads = [";
  for (int i = 1; i <= 4000; ++i) many += fmt::format("{},", i);
  EXPECT_THAT(complaint_about_factor(many + "]\nbatch = [1,2,3,4]"),
              HasSubstr("'factors' make more than 10000 configurations"));
  EXPECT_THAT(complaint_about_factor(many + "]\n[protocol]\nrepetitions = 100000"),
              HasSubstr("'protocol.repetitions' makes more than 1000000 trials"));
}

TEST(ExperimentFileErrors, ListSeveralMistakesInTheOrderOfTheFile) {
  EXPECT_EQ(complaint("a1 = 1\n" + kMinimal + "b1 = 1\n"),
            "e.toml:1:1: unknown key 'a1'\ne.toml:6:1: unknown key 'b1'");
}

}  // namespace
}  // namespace joulemark::config
