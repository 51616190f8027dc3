// SPDX-License-Identifier: Apache-2.0
// Tests of which files stand for a model, and of how their changes are seen.
#include "run/model_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "run/temporary_folder.h"

namespace joulemark::run {
namespace {

class ModelFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(*std::move(folder));
  }
  std::string file(const std::string& name, const std::string& text) {
    const auto path = folder_->path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(ModelFilesTest, AModelIsLoadedByItsSourceUnlessAnEngineHasItsOwnFile) {
  const std::string made = file("made.onnx", "made");
  const ModelFiles files({{.name = "a", .source = "/a"}, {.name = "b", .source = "/b"}},
                         {{{1, "fast"}, made}});
  EXPECT_EQ(files.path(0, "fast"), "/a");
  EXPECT_EQ(files.path(1, "fast"), made);
  EXPECT_EQ(files.path(1, "slow"), "/b");
}

TEST_F(ModelFilesTest, FactsAndChangesAreThoseOfTheFilesThatAreLoaded) {
  const std::string first = file("first.onnx", "1");
  const std::string second = file("second.xml", "2");
  const ModelFiles files({{.name = "m", .source = folder_->path().string()}},
                         {{{0, "a"}, first}, {{0, "b"}, second}, {{0, "c"}, first}});
  std::vector<std::string> paths;
  for (const auto& [key, value] : files.facts(0))
    if (key == "path") paths.push_back(value);
  EXPECT_EQ(paths, (std::vector{first, second}));
  EXPECT_EQ(files.change(0), "");
  file("second.xml", "another");
  EXPECT_EQ(files.change(0), "'" + second + "' has changed since the experiment began");
}

TEST_F(ModelFilesTest, ASymbolOfMxnetChangesWithItsParameters) {
  const std::string symbol = file("net-symbol.json", "{}");
  const std::string params = file("net-0000.params", "1");
  const ModelFiles files({{.name = "m", .source = symbol}});
  EXPECT_EQ(files.change(0), "");
  file("net-0000.params", "another");
  EXPECT_EQ(files.change(0), "'" + params + "' has changed since the experiment began");
}

TEST_F(ModelFilesTest, ASavedModelChangesWithItsVariables) {
  std::filesystem::create_directory(folder_->path() / "variables");
  const std::string graph = file("saved_model.pb", "graph");
  const std::string weights = file("variables/variables.data-00000-of-00001", "1");
  const ModelFiles files({{.name = "m", .source = graph}});
  EXPECT_EQ(files.change(0), "");
  file("variables/variables.data-00000-of-00001", "another");
  EXPECT_EQ(files.change(0), "'" + weights + "' has changed since the experiment began");
}

TEST_F(ModelFilesTest, AModelOfOpenvinoChangesWithItsWeights) {
  const std::string graph = file("net.xml", "<net/>");
  const std::string weights = file("net.bin", "1");
  const ModelFiles files({{.name = "m", .source = graph}});
  EXPECT_EQ(files.change(0), "");
  file("net.bin", "another");
  EXPECT_EQ(files.change(0), "'" + weights + "' has changed since the experiment began");
}

TEST_F(ModelFilesTest, OfADirectoryItIsTheConfigurationAndTheWeights) {
  const std::string config = file("config.json", "{}");
  const std::string weights = file("model.safetensors", "w");
  file("README.md", "words");
  const ModelFiles files({{.name = "m", .source = "hub:a/b"}},
                         {{{0, "a"}, folder_->path().string()}});
  std::vector<std::string> keys;
  for (const auto& [key, value] : files.facts(0)) keys.push_back(key == "path" ? value : key);
  EXPECT_EQ(keys, (std::vector<std::string>{config, "bytes", "mtime_ns", "fnv1a64", weights,
                                            "bytes", "mtime_ns"}));
  file("README.md", "other words");
  EXPECT_EQ(files.change(0), "");
  file("model.safetensors", "other");
  EXPECT_EQ(files.change(0), "'" + weights + "' has changed since the experiment began");
}

}  // namespace
}  // namespace joulemark::run
