// SPDX-License-Identifier: Apache-2.0
// The plugins on PyTorch: which implementation they open, with which library, and that every call
// reaches it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/plugin.h"

namespace joulemark::torch_bridge {

extern const char* const kSourcesDigest;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const fs::path kParts = TOY_PARTS;

/// A folder with the plugin, versions 1 and 2 of the library and an empty cache.
class Bridge : public testing::Test {
 protected:
  Bridge() {
    std::string name = (fs::temp_directory_path() / "joulemark-bridge-XXXXXX").string();
    root_ = mkdtemp(name.data());
    fs::copy(kParts / "plugin", root_ / "plugin");
    for (const char* version : {"1.0.0", "2.0.0"}) {
      fs::copy(kParts / version, root_ / version, fs::copy_options::recursive);
      std::ofstream(root_ / version / "version.py") << "__version__ = '" << version << "+cpu'\n";
    }
    setenv("XDG_CACHE_HOME", (root_ / "cache").c_str(), 1);
    auto loaded = engine::Plugin::load((root_ / "plugin/libjoulemark_toytorch.so").string());
    EXPECT_TRUE(loaded);
    plugin_.emplace(*std::move(loaded));
  }
  ~Bridge() override {
    if (model_ != nullptr) api().release_model(model_);
    if (engine_ != nullptr) api().close(engine_);
    fs::remove_all(root_);
  }

  [[nodiscard]] const jm_engine_api& api() const { return plugin_->api(); }
  [[nodiscard]] fs::path built(const std::string& version) const {
    return root_ / "plugin/impl" / version;
  }
  [[nodiscard]] fs::path cached(const std::string& folder) const {
    return root_ / "cache/joulemark/plugins/toytorch" / folder;
  }
  static void put(const std::string& kind, const fs::path& folder) {
    fs::create_directories(folder);
    fs::copy(kParts / "impl" / ("toy_impl_" + kind + ".so"),
             folder / "libjoulemark_toytorch_impl.so");
  }
  jm_status open(const std::string& version = "1.0.0", const std::string& provider = "cpu",
                 std::vector<std::int32_t> cpus = {}) {
    const std::string library = (root_ / version / "lib").string();
    const jm_open_params params{library.c_str(), provider.c_str(), 3, cpus.data(),
                                cpus.size(),     nullptr,          0};
    return api().open(&params, &engine_, &message_);
  }
  json description() {
    const char* text = nullptr;
    EXPECT_EQ(api().describe(engine_, &text, &message_), JM_OK);
    return json::parse(text);
  }
  jm_status load(const char* path) {
    const jm_load_params params{path, "f32", nullptr, 0};
    return api().load(engine_, &params, &model_, &message_);
  }
  [[nodiscard]] std::string said() const { return message_.text; }

  fs::path root_;
  std::optional<engine::Plugin> plugin_;
  jm_engine* engine_ = nullptr;
  jm_model* model_ = nullptr;
  jm_message message_{};
};

TEST_F(Bridge, HandsEveryCallOn) {
  put("good", built("1.0.0"));
  ASSERT_EQ(open(), JM_OK) << said();
  EXPECT_EQ(description()["threads"], 3);
  ASSERT_EQ(load("good"), JM_OK) << said();
  const jm_port* ports = nullptr;
  const jm_tensor* tensors = nullptr;
  std::size_t count = 0;
  EXPECT_EQ(api().inputs(model_, &ports, &count, &message_), JM_OK);
  EXPECT_EQ(api().outputs(model_, &ports, &count, &message_), JM_OK);
  EXPECT_STREQ(ports[0].name, "x");
  EXPECT_EQ(api().bind(model_, tensors, 7, &message_), JM_OK);
  EXPECT_EQ(api().run(model_, &message_), JM_FAILED);
  EXPECT_EQ(said(), "the toy ran");
  EXPECT_EQ(api().results(model_, &tensors, &count, &message_), JM_OK);
  EXPECT_EQ(count, 1U);
  const char* text = nullptr;
  EXPECT_EQ(api().effective(model_, &text, &message_), JM_OK);
  EXPECT_EQ(api().lm_reset(model_, 2, 5, &message_), JM_OK);
  const std::int32_t token = 4;
  std::int32_t next = 0;
  EXPECT_EQ(api().lm_forward(model_, &token, 1, 1, &next, nullptr, &message_), JM_OK);
  EXPECT_EQ(next, 5);
  EXPECT_EQ(api().operators(engine_, &text, &message_), JM_OK);
  EXPECT_EQ(json::parse(text).size(), 3U);
  api().release_model(std::exchange(model_, nullptr));
  EXPECT_EQ(description()["calls"],
            "open load inputs outputs bind7 run results effective reset2,5 forward release");
}

TEST_F(Bridge, GivesTheImplementationTheLibraryOfTheFolder) {
  put("good", built("2.0.0"));
  // In a process of its own, as every worker is: here other tests have opened version 1.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const jm_status status = open("2.0.0");
        fputs(status == JM_OK ? description().dump().c_str() : message_.text, stderr);
        _exit(0);
      },
      testing::ExitedWithCode(0), "\"library\":\"2.0.0\"");
}

TEST_F(Bridge, SaysHowToMakeAnImplementationThatIsMissing) {
  put("good", built("2.0.0"));
  put("good", cached("1.0.0-0123456789abcdef"));
  EXPECT_EQ(open("1.0.0"), JM_LIBRARY_UNUSABLE);
  EXPECT_EQ(said(),
            "no plugin was built for PyTorch 1.0.0; run 'joulemark engines --build "
            "toytorch --root " +
                (root_ / "1.0.0/lib").string() + "'");
}

TEST_F(Bridge, TakesAnImplementationOfTheCacheThatWasMadeOfTheSameSources) {
  put("good", cached(std::string("1.0.0-") + kSourcesDigest));
  EXPECT_EQ(open("1.0.0"), JM_OK) << said();
}

TEST_F(Bridge, TakesTheImplementationOfItsOwnBuildFirst) {
  put("good", built("1.0.0"));
  put("failing", cached(std::string("1.0.0-") + kSourcesDigest));
  EXPECT_EQ(open("1.0.0"), JM_OK) << said();
}

TEST_F(Bridge, RefusesAnImplementationOfAnotherInterface) {
  put("old", built("1.0.0"));
  EXPECT_EQ(open(), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr("libjoulemark_toytorch_impl.so': it has interface version 2, this "
                                "program 1; build it again"));
}

TEST_F(Bridge, RefusesAnIncompleteTable) {
  put("incomplete", built("1.0.0"));
  EXPECT_EQ(open(), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr("its table of calls is not complete"));
}

TEST_F(Bridge, RefusesWhatIsNoImplementation) {
  const std::string name = "libjoulemark_toytorch_impl.so";
  fs::create_directories(built("1.0.0"));
  fs::copy(root_ / "1.0.0/lib/libc10.so", built("1.0.0") / name);
  EXPECT_EQ(open("1.0.0"), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr("it does not export 'jm_engine_entry'"));
  fs::create_directories(built("2.0.0"));
  std::ofstream(built("2.0.0") / name) << "no library";
  EXPECT_EQ(open("2.0.0"), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr(name + "': "));
  EXPECT_THAT(said(), Not(HasSubstr("jm_engine_entry")));
}

TEST_F(Bridge, KeepsTheStatusAndTheWordsOfAFailure) {
  put("failing", built("1.0.0"));
  EXPECT_EQ(open(), JM_OUT_OF_MEMORY);
  EXPECT_EQ(said(), "the toy does not open");
  EXPECT_EQ(engine_, nullptr);
}

TEST_F(Bridge, ALoadThatFailsLeavesNoModel) {
  put("good", built("1.0.0"));
  ASSERT_EQ(open(), JM_OK);
  EXPECT_EQ(load("bad"), JM_INVALID_MODEL);
  EXPECT_EQ(said(), "the toy has no such model");
  EXPECT_EQ(model_, nullptr);
}

TEST_F(Bridge, OpensOnAllCpusOfTheTrial) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  if (CPU_COUNT(&before) < 2) GTEST_SKIP() << "one CPU";
  std::vector<std::int32_t> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE && cpus.size() < 2; ++cpu)
    if (CPU_ISSET(cpu, &before)) cpus.push_back(cpu);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpus[0], &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  put("good", built("1.0.0"));
  const jm_status status = open("1.0.0", "cpu", cpus);
  cpu_set_t after;
  sched_getaffinity(0, sizeof after, &after);
  sched_setaffinity(0, sizeof before, &before);
  ASSERT_EQ(status, JM_OK) << said();
  EXPECT_EQ(description()["cpus"], 2);
  EXPECT_EQ(CPU_COUNT(&after), 1);
}

TEST_F(Bridge, NeedsToKnowTheVersion) {
  fs::remove(root_ / "1.0.0/version.py");
  EXPECT_EQ(open(), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr("libtorch_cpu.so' cannot be told"));
  put("good", built("1.0.1a0"));
  std::ofstream(root_ / "1.0.0/build-version") << "1.0.1a0+git1\n";
  EXPECT_EQ(open(), JM_OK) << said();
}

TEST_F(Bridge, NamesALibraryThatIsMissingOrDoesNotOpen) {
  put("good", built("1.0.0"));
  std::ofstream(root_ / "1.0.0/lib/libtorch_cpu.so", std::ios::trunc) << "no library";
  EXPECT_EQ(open(), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr("libtorch_cpu.so': "));
  for (const char* name : {"libc10.so", "libtorch_cpu.so"}) {
    fs::remove(root_ / "1.0.0/lib" / name);
    EXPECT_EQ(open(), JM_LIBRARY_MISSING);
    EXPECT_EQ(said(),
              fmt::format("there is no '{}' in '{}'", name, (root_ / "1.0.0/lib").string()));
  }
}

TEST_F(Bridge, SaysWhyAProviderIsAbsent) {
  put("good", built("1.0.0"));
  EXPECT_EQ(open("1.0.0", "rocm"), JM_UNSUPPORTED);
  EXPECT_EQ(said(), "there is no provider 'rocm'; use cpu or cuda");
  EXPECT_EQ(open("1.0.0", "cuda"), JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(said(), HasSubstr("this PyTorch has no CUDA, there is no 'libtorch_cuda.so'"));
}

}  // namespace
}  // namespace joulemark::torch_bridge
