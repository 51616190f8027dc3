// SPDX-License-Identifier: Apache-2.0
// Parsing: what reaches a subcommand, and what a wrong command line is told.
#include "cli/command_line.h"

#include <gmock/gmock.h>

#include <sstream>

#include "cli/experiment_flags.h"
#include "config/experiment_file.h"
#include "config/validate.h"

namespace joulemark::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What the test commands saw; one set per test.
struct Seen {
  std::string one;
  std::vector<std::string> many;
  std::optional<std::int64_t> number;
  ExperimentFlags flags;
  Result<Experiment> experiment = fail(ErrorKind::kFailed, "not run");
};
Seen* seen = nullptr;

Action declare_show(Arguments& arguments) {
  arguments.option("-o,--one TEXT", seen->one, "one");
  arguments.repeated("--many TEXT", seen->many, "many");
  arguments.option("--number N", seen->number, "number");
  return [] { return Result<int>(7); };
}

Action declare_experiment(Arguments& arguments) {
  seen->flags.declare(arguments);
  return []() -> Result<int> {
    seen->experiment = seen->flags.experiment();
    return kExitOk;
  };
}

constexpr Command kCommands[] = {{"show", "shows", declare_show},
                                 {"experiment", "makes one", declare_experiment}};

class CommandLine : public ::testing::Test {
 protected:
  CommandLine() { seen = &seen_; }
  ~CommandLine() override { seen = nullptr; }

  Result<int> run(std::vector<std::string> words) {
    return run_command_line(kCommands, std::move(words));
  }
  std::string complaint(const std::vector<std::string>& words) {
    const auto code = run(words);
    return code ? "(no complaint)" : code.error().message;
  }
  Result<Experiment> experiment(std::vector<std::string> words) {
    words.insert(words.begin(), "experiment");
    const auto code = run(words);
    return code ? seen_.experiment : fail(code.error());
  }

  Seen seen_;
};

TEST_F(CommandLine, RunsTheCommandAndGivesItsExitCode) {
  const auto code = run({"show", "-o", "x", "--many", "a", "--many", "b", "--number", "-3"});
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(*code, 7);
  EXPECT_EQ(seen_.one, "x");
  EXPECT_THAT(seen_.many, ElementsAre("a", "b"));
  EXPECT_EQ(seen_.number, -3);
}

TEST_F(CommandLine, SuggestsTheNearestCommandAndOption) {
  EXPECT_EQ(complaint({"shwo"}), "unknown command 'shwo'; did you mean 'show'?");
  EXPECT_EQ(complaint({"show", "--mnay", "x"}), "unknown option '--mnay'; did you mean '--many'?");
  EXPECT_EQ(complaint({"show", "--mnay=x"}), "unknown option '--mnay'; did you mean '--many'?");
  EXPECT_EQ(complaint({"show", "--zzzzzz"}),
            "unknown option '--zzzzzz'; run 'joulemark show --help' for its options");
  EXPECT_EQ(complaint({"show", "word"}),
            "unexpected argument 'word'; run 'joulemark show --help' for its options");
}

TEST_F(CommandLine, RejectsNumbersThatAreNone) {
  EXPECT_THAT(complaint({"show", "--number", "two"}), HasSubstr("--number"));
  EXPECT_THAT(complaint({"show", "--one"}), HasSubstr("--one"));
}

TEST_F(CommandLine, TakesModelsBetweenFlags) {
  const auto made = experiment({"a.onnx", "--engine", "null", "b.onnx", "--threads", "1,2"});
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->models.size(), 2u);
  EXPECT_EQ(made->models[1].name, "b");
  EXPECT_TRUE(made->models[0].source.starts_with('/'));
  EXPECT_EQ(made->name, "a, b");
  EXPECT_THAT(made->factors.engine, ElementsAre("null"));
  EXPECT_THAT(made->factors.threads, ElementsAre(1, 2));
}

TEST_F(CommandLine, MakesAnExperimentThatItsFileMakesToo) {
  const auto made = experiment({"/m/a.onnx",
                                "--engine",
                                "x@1.2,y",
                                "--engine",
                                "z",
                                "--batch",
                                "1-8*2",
                                "--shape",
                                "ids=-1x128",
                                "--exclude",
                                "engine=y,batch=8",
                                "--option",
                                "x@1.2.spin=0",
                                "--engine-root",
                                "z=/z",
                                "--affinity",
                                "0-1",
                                "--seed",
                                "5",
                                "--margin",
                                "0.1",
                                "--idle",
                                "2",
                                "--sample-hz",
                                "20",
                                "--name",
                                "mine",
                                "--inputs",
                                "/m/in.npz"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->factors.engine, ElementsAre("x@1.2", "y", "z"));
  EXPECT_EQ(made->engine_options.at("x@1.2").at("spin"), "0");
  const auto read = config::parse_experiment(config::to_toml(*made), "e.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, *made);
}

TEST_F(CommandLine, NamesModelsByAsManyFoldersAsTellThemApart) {
  const auto made = experiment({"/a/x/m.onnx", "/b/x/m.onnx", "/c/net/model.onnx",
                                "/d/net/model.onnx", "/e/od\nd.onnx", "--engine", "x"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->models[0].name, "a/x/m");
  EXPECT_EQ(made->models[1].name, "b/x/m");
  EXPECT_EQ(made->models[2].name, "c/net");
  EXPECT_EQ(made->models[3].name, "d/net");
  EXPECT_EQ(made->models[4].name, "od d");
  EXPECT_TRUE(config::validate(*made));
}

TEST_F(CommandLine, SaysWhichModelIsGivenTwiceOrHasNoProperName) {
  const auto twice = experiment({"/a/m.onnx", "/a/m.onnx", "--engine", "x"});
  EXPECT_EQ(config::validate(*twice).error().message,
            "MODEL repeats '/a/m.onnx' under the same name; leave it out");
  const auto bytes = experiment({"/a/\xff.onnx", "--engine", "x"});
  EXPECT_EQ(config::validate(*bytes).error().message,
            "MODEL '/a/\xEF\xBF\xBD.onnx' is not valid UTF-8 text; rename the file or its folder");
}

TEST_F(CommandLine, BlamesTheFlagThatIsWrong) {
  const auto root = experiment({"m", "--engine", "x", "--engine-root", "foo=/tmp"});
  EXPECT_THAT(config::validate(*root).error().message, ::testing::StartsWith("--engine-root foo "));
  EXPECT_EQ(experiment({"m", "--seed", "-1"}).error().message,
            "--seed must be 0 to 9223372036854775807, not -1");
}

TEST_F(CommandLine, SaysWhatANumberThatDoesNotFitMayBe) {
  EXPECT_EQ(experiment({"m", "--repetitions", "99999999999"}).error().message,
            "--repetitions must be 1 to 100000, not 99999999999");
}

TEST_F(CommandLine, HelpIsAlignedByWhatIsSeen) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run({"experiment", "--help"}), 0);
  std::istringstream help(::testing::internal::GetCapturedStdout());
  for (std::string line; std::getline(help, line);)
    if (const auto at = line.find("--threads A,B,…"); at != std::string::npos) {
      EXPECT_EQ(line.find("Threads inside") - std::string("…").size() + 1, 30u) << line;
      return;
    }
  FAIL() << "no such flag";
}

TEST_F(CommandLine, TellsModelsOfOneNameApartByTheirFolders) {
  const auto made = experiment({"/a/m.onnx", "/b/m.onnx", "--engine", "x"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->models[0].name, "a/m");
  EXPECT_EQ(made->models[1].name, "b/m");
}

TEST_F(CommandLine, RejectsMalformedParts) {
  EXPECT_EQ(complaint({"experiment"}),
            "MODEL is required; run 'joulemark experiment --help' for its options");
  EXPECT_EQ(experiment({"m", "--shape", "x"}).error().message,
            "--shape must be NAME=DIMENSIONS like data=1x3x224x224, not 'x'");
  EXPECT_FALSE(parse_shape("x=1x"));
  EXPECT_FALSE(parse_shape("x=99999999999999999999"));
  EXPECT_FALSE(parse_exclusion("threads"));
  EXPECT_FALSE(parse_exclusion("=1"));
  EXPECT_FALSE(parse_engine_option("spin=0"));
  EXPECT_FALSE(parse_engine_option("x.=0"));
  EXPECT_FALSE(parse_engine_option(".spin=0"));
  EXPECT_FALSE(parse_engine_root("x="));
}

TEST_F(CommandLine, SaysWhatAFlagNeeds) {
  EXPECT_THAT(complaint({"show", "--number", "x"}),
              HasSubstr("--number must be an integer, not 'x'"));
  EXPECT_THAT(complaint({"show", "--many"}), HasSubstr("--many needs a value"));
  EXPECT_THAT(complaint({"show", "--one"}), HasSubstr("--one needs a value"));
  EXPECT_THAT(complaint({"show", "--many", "--number", "1"}),
              HasSubstr("--many needs a value before '--number'"));
  EXPECT_THAT(complaint({"show", "--one", "--number", "1"}),
              HasSubstr("--one needs a value before '--number'"));
}

TEST_F(CommandLine, LetsTheLastOfSeveralSingleValuesCount) {
  ASSERT_EQ(run({"show", "--one", "a", "-o", "b", "--number", "1", "--number", "2"}), 7);
  EXPECT_EQ(seen->one, "b");
  EXPECT_EQ(seen->number, 2);
  EXPECT_EQ(experiment({"m", "--seed", "1", "--seed", "2"})->seed, 2u);
}

}  // namespace
}  // namespace joulemark::cli
