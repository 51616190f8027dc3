// SPDX-License-Identifier: Apache-2.0
// Which engine stands for servers, on a folder of plugins made up for the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "engine/discovery.h"

namespace joulemark::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Endpoints : public ::testing::Test {
 public:
  Endpoints()
      : root_(fs::temp_directory_path() / ("joulemark-endpoint-" + std::to_string(getpid()))) {
    add("http", "endpoint = true\n");
    add("toy", "");
    path_.plugin_dirs = {root_};
    path_.endpoints = {"mine"};
  }
  ~Endpoints() override { fs::remove_all(root_); }

 protected:
  void add(const std::string& name, const std::string& more) const {
    fs::create_directories(root_ / name);
    std::ofstream(root_ / name / ("libjoulemark_" + name + ".so")) << "";
    std::ofstream(root_ / name / "engine.toml") << "name = \"" << name << "\"\n"
                                                << more << "[library]\nneeded = false\n";
  }
  fs::path root_;
  SearchPath path_;
};

TEST_F(Endpoints, AnAddressIsTheInstallOfTheEngineThatAsksServers) {
  const auto install = find_engine("http:127.0.0.1:8000", path_);
  ASSERT_TRUE(install) << install.error().message;
  EXPECT_EQ(install->engine, "http");
  EXPECT_EQ(install->library_dir, "127.0.0.1:8000");
  EXPECT_EQ(install->plugin, (root_ / "http/libjoulemark_http.so").string());
  EXPECT_EQ(find_engine("http://host", path_)->library_dir, "http://host");
}

TEST_F(Endpoints, ANameOfTheExperimentIsThatEngineTooAndHasNoAddress) {
  const auto install = find_engine("mine", path_);
  ASSERT_TRUE(install) << install.error().message;
  EXPECT_EQ(install->engine, "http");
  EXPECT_EQ(install->library_dir, "");
  EXPECT_TRUE(find_manifest("mine", path_)->is_endpoint);
  EXPECT_FALSE(find_engine("other", path_));
}

TEST_F(Endpoints, TheEngineItselfIsListedWithWhatItNeeds) {
  const auto listings = list_engines(path_);
  ASSERT_EQ(listings.size(), 2u);
  EXPECT_TRUE(listings[0].installs.empty());
  EXPECT_THAT(listings[0].reason, HasSubstr("--engine http:URL"));
  EXPECT_EQ(listings[1].installs.size(), 1u);
}

TEST_F(Endpoints, AreTheEnginesOfAnExperimentThatHaveACommandOrAnAddress) {
  Experiment experiment;
  experiment.engine_options = {
      {"a", {{"command", "x"}}}, {"b", {{"url", "x"}}}, {"c", {{"k", "x"}}}};
  EXPECT_EQ(search_path_of(experiment).endpoints, (std::set<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace joulemark::engine
