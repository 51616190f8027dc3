// SPDX-License-Identifier: Apache-2.0
// What the engine interface promises, asked of one engine: engine_conformance_test --engine=NAME.
#include "engine_conformance.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "engine/discovery.h"
#include "engine_conformance_loaded.h"
#include "engine_conformance_models.h"

namespace joulemark::conformance {

bool Subject::reads_onnx() const {
  const auto& formats = manifest.model_formats;
  return std::find(formats.begin(), formats.end(), "onnx") != formats.end();
}

Subject& subject() {
  static Subject instance;
  return instance;
}

namespace {

using testing::AnyOf;
using testing::HasSubstr;

/// Two float inputs [?,4] and one output of the same shape, in the format that the engine reads.
std::string two_inputs() {
  return subject().reads_onnx() ? onnx_file("add.onnx", addition()) : "null:test?inputs=2";
}

const std::vector<float> kOneToEight = {1, 2, 3, 4, 5, 6, 7, 8};

class Model : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(loaded.status, JM_OK) << loaded.message.text; }
  Loaded loaded{two_inputs()};
  Input x{{2, 4}, kOneToEight};
  Input y{{2, 4}, kOneToEight};
};

TEST(Describe, IsJsonWithVersionAndProviders) {
  const char* text = nullptr;
  jm_message message{};
  ASSERT_EQ(subject().api->describe(subject().opened, &text, &message), JM_OK);
  const auto json = nlohmann::json::parse(text);
  EXPECT_FALSE(json.at("version").get<std::string>().empty());
  EXPECT_THAT(json.at("providers").get<std::vector<std::string>>(), testing::Contains("cpu"));
  if (!subject().install.version.empty() && subject().manifest.needs_library) {
    EXPECT_EQ(json.at("version"), subject().install.version);
  }
}

TEST_F(Model, SaysItsPorts) {
  const jm_port* ports = nullptr;
  std::size_t count = 0;
  ASSERT_EQ(subject().api->inputs(loaded.model, &ports, &count, &loaded.message), JM_OK);
  ASSERT_EQ(count, 2U);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_STRNE(ports[i].name, "");
    EXPECT_EQ(ports[i].dtype, JM_FLOAT32);
    ASSERT_EQ(ports[i].rank, 2);
    EXPECT_EQ(ports[i].dims[0], -1);
    EXPECT_EQ(ports[i].dims[1], 4);
  }
  ASSERT_EQ(subject().api->outputs(loaded.model, &ports, &count, &loaded.message), JM_OK);
  EXPECT_EQ(count, 1U);
}

TEST_F(Model, RunsAndGivesItsOutput) {
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK) << loaded.message.text;
  ASSERT_EQ(loaded.run(), JM_OK) << loaded.message.text;
  const auto outputs = loaded.results();
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].dtype, JM_FLOAT32);
  ASSERT_EQ(outputs[0].rank, 2);
  EXPECT_EQ(outputs[0].dims[0], 2);
  EXPECT_EQ(outputs[0].dims[1], 4);
  ASSERT_EQ(outputs[0].bytes, 8 * sizeof(float));
  if (subject().reads_onnx()) {
    EXPECT_EQ(static_cast<const float*>(outputs[0].data)[7], 16.0F);
  }
}

TEST_F(Model, RepeatedRunsGiveTheSameBits) {
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK);
  ASSERT_EQ(loaded.run(), JM_OK);
  const auto first = bytes_of(loaded.results().at(0));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(loaded.run(), JM_OK);
  EXPECT_EQ(bytes_of(loaded.results().at(0)), first);
}

TEST_F(Model, TakesAnotherShapeAtTheNextBind) {
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK);
  ASSERT_EQ(loaded.run(), JM_OK);
  Input one({1, 4}, {1, 2, 3, 4});
  ASSERT_EQ(loaded.bind({one.view(), one.view()}), JM_OK) << loaded.message.text;
  ASSERT_EQ(loaded.run(), JM_OK) << loaded.message.text;
  EXPECT_EQ(loaded.results().at(0).dims[0], 1);
}

TEST_F(Model, TakesAnEmptyBatchOrRefusesIt) {
  Input none({0, 4}, {});
  if (loaded.bind({none.view(), none.view()}) == JM_OK && loaded.run() == JM_OK) {
    EXPECT_EQ(loaded.results().at(0).bytes, 0U);
  } else {
    EXPECT_STRNE(loaded.message.text, "");
  }
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK);
  EXPECT_EQ(loaded.run(), JM_OK);
}

TEST_F(Model, RefusesInputsThatDoNotFitAndStaysUsable) {
  Input wide({2, 5}, std::vector<float>(10));
  Input flat({8}, kOneToEight);
  jm_tensor doubles = y.view();
  doubles.dtype = JM_FLOAT64;
  jm_tensor cut = y.view();
  cut.bytes -= 4;
  jm_tensor negative = y.view();
  const std::int64_t wrong[] = {-1, 4};
  negative.dims = wrong;
  const std::vector<std::vector<jm_tensor>> refused = {
      {},
      {x.view()},
      {x.view(), y.view(), y.view()},
      {x.view(), wide.view()},
      {x.view(), flat.view()},
      {x.view(), doubles},
      {x.view(), cut},
      {x.view(), negative},
  };
  for (std::size_t i = 0; i < refused.size(); ++i) {
    EXPECT_EQ(loaded.bind(refused[i]), JM_INVALID_ARGUMENT) << "case " << i;
    EXPECT_STRNE(loaded.message.text, "") << "case " << i;
  }
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK) << loaded.message.text;
  EXPECT_EQ(loaded.run(), JM_OK) << loaded.message.text;
}

TEST_F(Model, IsBuiltOnceBehindTheFirstBindOrBeforeIt) {
  const auto build = subject().api->build;
  if (build == nullptr) GTEST_SKIP() << "this engine does not build apart from loading";
  Loaded other(two_inputs());
  ASSERT_EQ(other.status, JM_OK) << other.message.text;
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK) << loaded.message.text;
  for (Loaded* each : {&loaded, &other}) {
    std::int32_t built = -1;
    ASSERT_EQ(build(each->model, &built, &each->message), JM_OK) << each->message.text;
    const std::int32_t makes = subject().reads_onnx() ? 1 : 0;
    // An engine that builds for the sizes of bound inputs alone has nothing to make before them.
    const std::int32_t least = each == &loaded ? makes : 0;
    EXPECT_TRUE(built >= least && built <= makes) << built;
    ASSERT_EQ(build(each->model, &built, &each->message), JM_OK) << each->message.text;
    EXPECT_EQ(built, 0) << "it was built before";
  }
  ASSERT_EQ(other.bind({x.view(), y.view()}), JM_OK) << other.message.text;
  for (Loaded* each : {&loaded, &other}) ASSERT_EQ(each->run(), JM_OK) << each->message.text;
  EXPECT_EQ(bytes_of(loaded.results().at(0)), bytes_of(other.results().at(0)));
}

TEST_F(Model, DoesNotRunUnbound) {
  EXPECT_EQ(loaded.run(), JM_INVALID_ARGUMENT);
  EXPECT_STRNE(loaded.message.text, "");
}

TEST_F(Model, DoesNotRunOnInputsThatWereRefused) {
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK);
  ASSERT_EQ(loaded.bind({x.view()}), JM_INVALID_ARGUMENT);
  EXPECT_EQ(loaded.run(), JM_INVALID_ARGUMENT);
}

TEST_F(Model, HasNoResultsBeforeARun) {
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK);
  EXPECT_TRUE(loaded.results().empty());
  EXPECT_NE(loaded.status, JM_OK);
}

TEST_F(Model, SaysWhatReallyRan) {
  ASSERT_EQ(loaded.bind({x.view(), y.view()}), JM_OK);
  ASSERT_EQ(loaded.run(), JM_OK);
  const char* text = nullptr;
  ASSERT_EQ(subject().api->effective(loaded.model, &text, &loaded.message), JM_OK);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("provider"), "cpu");
  EXPECT_EQ(json.at("precision"), "f32");
  EXPECT_EQ(json.at("threads"), kThreads);
}

TEST_F(Model, LanguageModelCallsWorkOrAreUnsupported) {
  const jm_status status = subject().api->lm_reset(loaded.model, 1, 8, &loaded.message);
  ASSERT_THAT(status, AnyOf(JM_OK, JM_UNSUPPORTED));
  if (status == JM_UNSUPPORTED) return;
  const std::int32_t tokens[] = {3, 4};
  std::int32_t next = -1;
  ASSERT_EQ(subject().api->lm_forward(loaded.model, tokens, 1, 2, &next, nullptr, &loaded.message),
            JM_OK);
  EXPECT_GE(next, 0);
}

TEST(Precision, UnknownOneIsNamed) {
  const Loaded loaded(two_inputs(), "f7");
  EXPECT_EQ(loaded.status, JM_UNSUPPORTED);
  EXPECT_THAT(loaded.message.text, HasSubstr("f7"));
}

TEST(Precision, EveryOneOfTheManifestLoads) {
  for (const std::string& precision : subject().manifest.precisions) {
    const Loaded loaded(two_inputs(), precision);
    EXPECT_EQ(loaded.status, JM_OK) << precision << ": " << loaded.message.text;
  }
}

constexpr int kSkipped = 77;

/// Finds the engine; the exit code when there is nothing to test.
int find_subject(const std::string& name) {
  const engine::SearchPath path = engine::default_search_path({});
  const auto manifest = engine::find_manifest(name, path);
  if (!manifest) return fmt::print(stderr, "{}\n", manifest.error().message), 2;
  const auto install = engine::find_engine(name, path);
  if (!install) return fmt::print("skipped: {}\n", install.error().message), kSkipped;
  subject().manifest = *manifest;
  subject().install = *install;
  subject().scratch =
      std::filesystem::temp_directory_path() / fmt::format("joulemark-{}-{}", name, getpid());
  std::filesystem::create_directories(subject().scratch);
  return 0;
}

/// Whether it is compiled for versions of its library and not for the one that was found; the exit
/// code then.
int find_implementation() {
  if (subject().manifest.built_against.empty()) return 0;
  const OpenOutcome outcome = try_open({});
  if (outcome.status != JM_LIBRARY_UNUSABLE) return 0;
  std::filesystem::remove_all(subject().scratch);
  return fmt::print("skipped: {}\n", outcome.message), kSkipped;
}

/// Opens the engine for the tests that need it, once, after the tests of opening itself.
class Opening : public testing::Environment {
 public:
  void SetUp() override {
    auto loaded = engine::Plugin::load(subject().install.plugin);
    ASSERT_TRUE(loaded) << loaded.error().message;
    plugin_ = std::make_unique<engine::Plugin>(std::move(*loaded));
    subject().api = &plugin_->api();
    jm_open_params params{};
    params.library_dir = subject().install.library_dir.c_str();
    params.provider = "cpu";
    params.threads = kThreads;
    jm_message message{};
    ASSERT_EQ(subject().api->open(&params, &subject().opened, &message), JM_OK) << message.text;
  }
  void TearDown() override {
    if (subject().opened != nullptr) subject().api->close(subject().opened);
    std::filesystem::remove_all(subject().scratch);
  }

 private:
  std::unique_ptr<engine::Plugin> plugin_;
};

}  // namespace
}  // namespace joulemark::conformance

int main(int argc, char** argv) {
  using namespace joulemark::conformance;
  if (argc > 1 && std::string_view(argv[1]) == kTryOpen) return answer_try(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  const std::string flag = argc > 1 ? argv[1] : "";
  if (!flag.starts_with("--engine=")) return fmt::print(stderr, "usage: --engine=NAME\n"), 2;
  if (const int code = find_subject(flag.substr(9)); code != 0) return code;
  if (const int code = find_implementation(); code != 0) return code;
  testing::AddGlobalTestEnvironment(new Opening);
  return RUN_ALL_TESTS();
}
