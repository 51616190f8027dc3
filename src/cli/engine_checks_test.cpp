// SPDX-License-Identifier: Apache-2.0
// What is refused before anything is measured because no engine could do it.
#include "cli/engine_checks.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace joulemark::cli {
namespace {

class EngineChecks : public ::testing::Test {
 protected:
  EngineChecks() {
    const std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / "engine_checks_test";
    add_engine(folder, "fast", "model_formats = [\"onnx\"]\nproviders = [\"cpu\", \"gpu\"]\n");
    add_engine(folder, "void", "model_formats = [\"null\"]\nproviders = [\"cpu\"]\n");
    path_.plugin_dirs = {folder};
    experiment_.models.resize(1);
    experiment_.models[0].name = "m";
    experiment_.models[0].source = "/m.onnx";
    experiment_.factors.engine = {"fast"};
  }

  static void add_engine(const std::filesystem::path& folder, const std::string& name,
                         const std::string& more) {
    std::filesystem::create_directories(folder / name);
    std::ofstream(folder / name / ("libjoulemark_" + name + ".so")) << "";
    std::ofstream(folder / name / "engine.toml")
        << "name = \"" << name << "\"\nsummary = \"\"\nprecisions = [\"f32\"]\n"
        << more
        << "[library]\nneeded = false\n[[option]]\nkey = \"spin\"\nvalues = [\"0\", \"1\"]\n"
        << "[[option]]\nkey = \"streams\"\npattern = \"[1-9][0-9]*\"\nhelp = \"how many\"\n";
  }
  LocalModels models() { return *find_models(experiment_, run::ProgressStyle::kQuiet); }
  std::string complaint() {
    const auto issues = find_engine_issues(experiment_, models(), path_);
    if (issues.empty()) return "(no complaint)";
    EXPECT_EQ(issues.size(), 1u);
    place_ = issues.front().path;
    return issues.front().message;
  }

  engine::SearchPath path_;
  Experiment experiment_;
  std::string place_;  ///< of the last complaint
};

TEST_F(EngineChecks, PassWhatTheManifestsPromise) {
  experiment_.factors.provider = {"cpu", "gpu"};
  experiment_.engine_options["fast"]["spin"] = "1";
  EXPECT_EQ(complaint(), "(no complaint)");
}

TEST_F(EngineChecks, LetUnknownEnginesPassWhereTheyMayBeSkippedAndNothingElse) {
  experiment_.factors.engine = {"fast", "slow"};
  const auto unknown = [&](AbsentEngines absent) {
    return find_engine_issues(experiment_, models(), path_, absent);
  };
  EXPECT_EQ(unknown(AbsentEngines::kRefused).size(), 1u);
  EXPECT_TRUE(unknown(AbsentEngines::kSkipped).empty());
  const auto installs = find_installs(experiment_, path_, AbsentEngines::kSkipped);
  ASSERT_TRUE(installs) << installs.error().message;
  EXPECT_EQ(installs->size(), 1u);
  EXPECT_TRUE(installs->contains("fast"));
  experiment_.factors.provider = {"cuda"};
  EXPECT_EQ(unknown(AbsentEngines::kSkipped).size(), 1u);
  experiment_.factors.engine = {"slow"};
  EXPECT_FALSE(find_installs(experiment_, path_, AbsentEngines::kSkipped));
}

TEST_F(EngineChecks, NameWhatAnEngineLacksAndWhatItHas) {
  experiment_.factors.provider = {"cuda"};
  EXPECT_EQ(complaint(), "engine 'fast' has no provider 'cuda'; it has cpu, gpu");
  experiment_.factors.provider = {"cpu"};
  experiment_.factors.precision = {"f16"};
  EXPECT_EQ(complaint(), "engine 'fast' has no precision 'f16'; it has f32");
}

TEST_F(EngineChecks, RefuseUnknownOptionsAndValues) {
  experiment_.engine_options["fast"]["spni"] = "1";
  EXPECT_EQ(complaint(), "engine 'fast' has no option 'spni'; it has spin, streams");
  experiment_.engine_options["fast"] = {{"spin", "off"}};
  EXPECT_EQ(complaint(), "option 'spin' of engine 'fast' must be one of 0, 1, not 'off'");
}

TEST_F(EngineChecks, SayWhereAMistakeStands) {
  experiment_.factors.engine = {"void", "fsat"};
  experiment_.models[0].source = "null:x";
  EXPECT_THAT(complaint(), ::testing::HasSubstr("unknown engine 'fsat'"));
  EXPECT_EQ(place_, "factors.engine[1]");
  experiment_.factors.engine = {"void"};
  experiment_.factors.provider = {"cpu", "gpu"};
  EXPECT_EQ(complaint(), "engine 'void' has no provider 'gpu'; it has cpu");
  EXPECT_EQ(place_, "factors.provider[1]");
  experiment_.factors.provider = {"cpu"};
  experiment_.engine_options["void"]["spin"] = "2";
  complaint();
  EXPECT_EQ(place_, "engine.void.spin");
}

TEST_F(EngineChecks, SpellBooleansAsTheOptionDoes) {
  experiment_.engine_options["fast"]["spin"] = "true";
  spell_option_values(experiment_, path_);
  EXPECT_EQ(experiment_.engine_options["fast"]["spin"], "1");
  experiment_.engine_options["fast"]["spin"] = "false";
  spell_option_values(experiment_, path_);
  EXPECT_EQ(experiment_.engine_options["fast"]["spin"], "0");
  experiment_.engine_options["fast"]["spin"] = "yes";
  spell_option_values(experiment_, path_);
  EXPECT_EQ(experiment_.engine_options["fast"]["spin"], "yes");
}

TEST_F(EngineChecks, RefuseValuesThatMissThePattern) {
  experiment_.engine_options["fast"]["streams"] = "12";
  EXPECT_EQ(complaint(), "(no complaint)");
  for (const std::string& value :
       {std::string("0"), std::string("1x"), std::string(100'000, '1')}) {
    experiment_.engine_options["fast"]["streams"] = value;
    EXPECT_EQ(complaint(), "option 'streams' of engine 'fast' cannot be '" + value + "': how many");
  }
}

TEST_F(EngineChecks, LeaveExcludedConfigurationsAlone) {
  experiment_.factors.provider = {"cpu", "cuda"};
  experiment_.exclusions = {{{"provider", "cuda"}}};
  EXPECT_EQ(complaint(), "(no complaint)");
}

TEST_F(EngineChecks, KeepNullModelsAndFilesApart) {
  experiment_.factors.engine = {"void"};
  EXPECT_EQ(complaint(),
            "engine 'void' cannot load '/m.onnx': it takes only models named null:NAME");
  experiment_.factors.engine = {"fast"};
  experiment_.models[0].source = "null:x";
  EXPECT_EQ(complaint(), "engine 'fast' cannot load 'null:x': it takes onnx files");
}

TEST_F(EngineChecks, TakeAllEnginesThatReadTheModelsWhenNoneIsNamed) {
  EXPECT_THAT(*installed_engines(models(), path_), ::testing::ElementsAre("fast"));
  experiment_.models[0].source = "null:x";
  EXPECT_THAT(*installed_engines(models(), path_), ::testing::ElementsAre("void"));
  path_.plugin_dirs.clear();
  const auto none = installed_engines(models(), path_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kMachine);
}

}  // namespace
}  // namespace joulemark::cli
