// SPDX-License-Identifier: Apache-2.0
// Engines whose worker runs in a Python: their manifests, and Pythons in folders made up for the
// test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "engine/discovery.h"
#include "engine/manifest.h"
#include "engine/python_environment.h"

namespace joulemark::engine {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kManifest = R"(
name = "talker"
decoder_forms = ["checkpoint"]
worker = "worker.py"
[python]
needs = ["talk-lib", "torch"]
minimum_version = "4.5"
install_hint = "run 'get talk-lib'"
)";

/// One engine "talker" with a worker, and Pythons where a test puts them.
class PythonEngine : public testing::Test {
 public:
  ~PythonEngine() override { fs::remove_all(root_); }

 protected:
  PythonEngine() {
    static std::atomic<int> count{0};
    root_ = fs::temp_directory_path() /
            ("joulemark-python-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    write("plugins/talker/engine.toml", kManifest);
    write("plugins/talker/worker.py", "");
    path_.plugin_dirs = {root_ / "plugins"};
  }

  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file, std::ios::binary) << text;
  }
  /// A program bin/python3.11 with the link bin/python3 to it.
  void make_python(const fs::path& prefix, const std::string& first_bytes =
                                               "\x7f"
                                               "ELF") const {
    write(prefix / "bin/python3.11", first_bytes);
    fs::permissions(root_ / prefix / "bin/python3.11", fs::perms::owner_all);
    fs::create_symlink("python3.11", root_ / prefix / "bin/python3");
    fs::create_directories(site(prefix));
  }
  /// A virtual environment whose interpreter is a link to that of `base`.
  void make_venv(const fs::path& prefix, const fs::path& base, const std::string& more = "") const {
    write(prefix / "pyvenv.cfg", "home = " + (root_ / base / "bin").string() + "\n" + more);
    fs::create_directories(root_ / prefix / "bin");
    fs::create_symlink(root_ / base / "bin/python3", root_ / prefix / "bin/python3");
    fs::create_directories(site(prefix));
  }
  [[nodiscard]] fs::path site(const fs::path& prefix) const {
    return root_ / prefix / "lib/python3.11/site-packages";
  }
  void install(const fs::path& prefix, const std::string& distribution) const {
    fs::create_directories(site(prefix) / (distribution + ".dist-info"));
  }
  void install_all(const fs::path& prefix, const std::string& version = "4.57.1") const {
    install(prefix, "Talk_Lib-" + version);
    install(prefix, "torch-2.13.0");
  }
  [[nodiscard]] std::string message() const {
    const auto found = find_engine("talker", path_);
    return found ? "found" : found.error().message;
  }

  fs::path root_;
  SearchPath path_;
};

TEST(PythonManifest, SaysWhatIsStartedAndWhatItNeeds) {
  const auto manifest = parse_manifest(kManifest, "engine.toml");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->worker, "worker.py");
  EXPECT_THAT(manifest->python_needs, ElementsAre("talk-lib", "torch"));
  EXPECT_EQ(manifest->minimum_version, "4.5");
  EXPECT_EQ(manifest->install_hint, "run 'get talk-lib'");
  EXPECT_FALSE(manifest->needs_library);
}

TEST(PythonManifest, RefusesWhatCannotBeStarted) {
  for (const char* text :
       {"name = \"x\"\n[python]\nneeds = [\"torch\"]", "name = \"x\"\nworker = \"w\"\npython = 1",
        "name = \"x\"\nworker = \"w\"\n[python]\nneeds = []",
        "name = \"x\"\nworker = \"w\"\n[python]\nfiles = []", "name = \"x\"\nworker = \"w\"",
        "name = \"x\"\nworker = \"../w\"\n[library]\nneeded = false",
        "name = \"x\"\nworker = \"..\"\n[library]\nneeded = false"}) {
    const auto manifest = parse_manifest(text, "e.toml");
    ASSERT_FALSE(manifest) << text;
    EXPECT_THAT(manifest.error().message, HasSubstr("e.toml")) << text;
  }
}

TEST_F(PythonEngine, IsStartedWithTheInterpreterThatWasNamed) {
  make_python("python");
  make_venv("venv", "python");
  install_all("venv");
  for (const char* place : {"venv", "venv/bin/python3"}) {
    path_.roots = {{"talker", (root_ / place).string()}};
    const auto found = find_engine("talker", path_);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->version, "4.57.1");
    EXPECT_EQ(found->found_by, "option");
    EXPECT_EQ(found->library_dir, site("venv").string());
    EXPECT_THAT(found->worker, ElementsAre((root_ / "venv/bin/python3").string(),
                                           (root_ / "plugins/talker/worker.py").string()));
  }
}

TEST_F(PythonEngine, IsFoundByItsVariableAndInTheActivePython) {
  make_python("python");
  install_all("python", "5.0");
  const PythonEnvironment active = active_python({{"VIRTUAL_ENV", (root_ / "python").string()}});
  path_.python = active.interpreter;
  path_.python_site_dirs = active.site_dirs;
  EXPECT_EQ(find_engine("talker", path_)->found_by, "python");
  make_venv("venv", "python");
  install_all("venv");
  path_.environment = {{"JOULEMARK_TALKER_ROOT", (root_ / "venv").string()}};
  EXPECT_EQ(find_engine("talker", path_)->found_by, "environment");
  EXPECT_EQ(find_engine("talker@5", path_)->found_by, "python");
}

TEST_F(PythonEngine, SaysWhatAPythonLacks) {
  EXPECT_THAT(message(), HasSubstr("'talk-lib' is not installed in the active Python; run 'get"));
  make_python("python");
  path_.roots = {{"talker", (root_ / "python").string()}};
  EXPECT_THAT(message(), HasSubstr("'talk-lib' is not installed there"));
  install("python", "talk_lib-4.57.1");
  EXPECT_THAT(message(), HasSubstr("'torch' is not installed there"));
  install("python", "torch-2.13.0");
  EXPECT_EQ(message(), "found");
}

TEST_F(PythonEngine, AnotherActivePythonThatLacksItIsNoNews) {
  make_python("python");
  path_.python = root_ / "python/bin/python3";
  path_.python_site_dirs = {site("python")};
  EXPECT_TRUE(list_engines(path_).front().rejected.empty());
  install("python", "talk_lib-4.57.1");
  EXPECT_EQ(list_engines(path_).front().rejected.size(), 1U);
}

TEST_F(PythonEngine, SaysWhatIsTooOld) {
  make_python("python");
  install_all("python", "4.4.9");
  path_.roots = {{"talker", (root_ / "python").string()}};
  EXPECT_THAT(message(), HasSubstr("version 4.4.9 is too old, 4.5 is the oldest that works"));
}

TEST_F(PythonEngine, APlaceThatIsNoPythonIsNamedWithTheReason) {
  const auto reason = [&](const fs::path& place) {
    path_.roots = {{"talker", (root_ / place).string()}};
    return message();
  };
  EXPECT_THAT(reason("gone"), HasSubstr("there is no such file"));
  EXPECT_THAT(reason("plugins"), HasSubstr("there is no 'bin/python3' in that folder"));
  make_python("shim", "#!/bin/sh\n");
  EXPECT_THAT(reason("shim/bin/python3"), HasSubstr("name the Python that it stands for"));
}

TEST_F(PythonEngine, PackagesCanStandInLayers) {
  make_python("python");
  install("python", "torch-2.13.0");
  make_venv("closed", "python", "include-system-site-packages = false\n");
  make_venv("open", "python", "include-system-site-packages = true\n");
  make_venv("linked", "python");
  write("linked/lib/python3.11/site-packages/more.pth",
        "import os\n# a comment\n" + site("python").string() + "\nnowhere\n");
  for (const auto& [name, expected] :
       std::map<std::string, bool>{{"closed", false}, {"open", true}, {"linked", true}}) {
    install(name, "talk_lib-4.57.1");
    path_.roots = {{"talker", (root_ / name).string()}};
    EXPECT_EQ(message() == "found", expected) << name << ": " << message();
  }
}

TEST_F(PythonEngine, AWorkerMayBeAnyProgram) {
  write("plugins/talker/engine.toml",
        "name = \"talker\"\nworker = \"talk\"\n[library]\nneeded = false\n");
  EXPECT_THAT(message(), HasSubstr("talk' does not exist"));
  write("plugins/talker/talk", "");
  EXPECT_THAT(find_engine("talker", path_)->worker,
              ElementsAre((root_ / "plugins/talker/talk").string()));
}

TEST_F(PythonEngine, AnEngineMayBeTheReference) {
  const std::string manifest = "name = \"talker\"\nworker = \"talk\"\n";
  const std::string library = "[library]\nneeded = false\n";
  write("plugins/talker/talk", "");
  write("plugins/talker/engine.toml", manifest + library);
  EXPECT_FALSE(find_engine("talker", path_)->is_reference);
  write("plugins/talker/engine.toml", manifest + "reference = true\n" + library);
  EXPECT_TRUE(find_engine("talker", path_)->is_reference);
}

}  // namespace
}  // namespace joulemark::engine
