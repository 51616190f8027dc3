// SPDX-License-Identifier: Apache-2.0
// Whole conversations with a scripted engine.
#include "worker/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "model/tensor_proto.h"
#include "model/testing/npz_bytes.h"
#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"
#include "worker/testing/fake_engine.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SessionTest : public ::testing::Test {
 protected:
  json ask(const json& request) { return json::parse(session_->answer(request.dump())); }
  json open() { return ask({{"type", "open"}, {"plugin", "fake.so"}, {"threads", 3}}); }
  json load(const std::string& model = "fake:x") {
    return ask({{"type", "load"}, {"model", model}, {"precision", "f32"}});
  }
  json inputs(const std::string& source = "generated", int batch = 2) {
    return ask({{"type", "inputs"}, {"source", source}, {"batch", batch}});
  }
  json answer(const json& directory, const json& reference) {
    return ask({{"type", "answer"}, {"directory", directory}, {"reference", reference}});
  }
  json warm_up() {
    return ask({{"type", "warmup"}, {"min_ns", 0}, {"max_ns", 1'000'000}, {"min_iterations", 1}});
  }
  json go(int iterations = 40) {
    return ask({{"type", "go"}, {"min_ns", 0}, {"min_iterations", iterations}});
  }
  void expect_error(const json& reply, const char* status, const char* message) {
    EXPECT_EQ(reply.value("type", ""), "error") << reply;
    EXPECT_EQ(reply.value("status", ""), status) << reply;
    EXPECT_THAT(reply.value("message", ""), HasSubstr(message));
  }

  joulemark::testing::FakeEngine engine_;
  joulemark::testing::ScratchFolder folder_;
  std::optional<Session> session_{[](const std::string& path) -> Result<const jm_engine_api*> {
    if (path == "fake.so") return &joulemark::testing::FakeEngine::api();
    return joulemark::fail(ErrorKind::kMachine, "cannot open '" + path + "'");
  }};
};

TEST_F(SessionTest, CeilingsNeedNoEngine) {
  const json reply = ask({{"type", "ceilings"}, {"buffer_bytes", 1 << 20}});
  EXPECT_EQ(reply.value("type", ""), "ceilings") << reply;
  EXPECT_GT(reply.value("flops_per_s", 0.0), 1e8);
  EXPECT_GT(reply.value("bytes_per_s", 0.0), 1e7);
  for (const json& bytes : {json(0), json(-1), json(std::int64_t{1} << 60), json("much")})
    expect_error(ask({{"type", "ceilings"}, {"buffer_bytes", bytes}}), "invalid_argument",
                 "'buffer_bytes' must be");
}

TEST_F(SessionTest, AWholeTrial) {
  EXPECT_EQ(ask({{"type", "hello"}, {"protocol", 1}})["worker"], "joulemark-worker");
  const json opened = open();
  EXPECT_EQ(opened["describe"]["version"], "9.9");
  EXPECT_EQ(engine_.opened_threads, 3);
  const json loaded = load();
  EXPECT_EQ(loaded["inputs"][0], json({{"name", "x"}, {"dtype", "float32"}, {"dims", {-1, 2}}}));
  EXPECT_EQ(loaded["outputs"][0]["name"], "y");
  EXPECT_GE(loaded["t1_ns"], loaded["t0_ns"]);
  EXPECT_EQ(inputs()["tensors"][0]["dims"], json({2, 2}));
  const json answered = answer(nullptr, nullptr);
  EXPECT_EQ(answered["effective"]["precision"], "f32");
  EXPECT_EQ(answered["compared"], false);
  EXPECT_FALSE(answered.contains("max_abs")) << "nothing was compared";
  EXPECT_GE(warm_up()["iterations"], 1);
  const std::int64_t before = engine_.runs;
  const json done = go();
  EXPECT_GE(done["iterations"], 40);
  EXPECT_EQ(done["iterations"], engine_.runs - before);
  EXPECT_GT(done["t1_ns"], done["t0_ns"]);
  const json durations = ask({{"type", "durations"}});
  const auto records = durations["ns"].get<std::vector<std::int64_t>>();
  EXPECT_EQ(std::int64_t(records.size()) * durations["calls_per_record"].get<std::int64_t>(),
            done["iterations"]);
  EXPECT_EQ(ask({{"type", "quit"}})["type"], "bye");
  EXPECT_TRUE(session_->finished());
  session_.reset();
  EXPECT_THAT(engine_.log, ElementsAre("release", "close"));
}

TEST_F(SessionTest, LoadTimeIncludesOpening) {
  const Nanoseconds before = monotonic_now();
  open();
  const Nanoseconds between = monotonic_now();
  const json loaded = load();
  EXPECT_GE(loaded["t0_ns"], before);
  EXPECT_LE(loaded["t0_ns"], between);
  EXPECT_GE(loaded["t1_ns"], between);
}

TEST_F(SessionTest, ABuildIsTimedWhereThereIsAnythingToBuild) {
  open();
  expect_error(ask({{"type", "build"}}), "invalid_argument", "'load' must come first");
  EXPECT_EQ(load()["builds"], true);
  engine_.has_to_build = true;
  const json built = ask({{"type", "build"}});
  EXPECT_EQ(built["type"], "built");
  EXPECT_LE(built["t0_ns"], built["t1_ns"]);
  const json again = ask({{"type", "build"}});
  EXPECT_EQ(again, json({{"type", "built"}})) << "nothing was left to build";
  engine_.build_status = JM_UNSUPPORTED;
  expect_error(ask({{"type", "build"}}), "unsupported", "scripted: build");
  expect_error(inputs(), "invalid_argument", "only 'quit' can follow");
}

TEST_F(SessionTest, APluginWithoutThatCallDoesNotBuild) {
  jm_engine_api old = joulemark::testing::FakeEngine::api();
  old.build = nullptr;
  session_.emplace([&](const std::string&) -> Result<const jm_engine_api*> { return &old; });
  open();
  EXPECT_EQ(load()["builds"], false);
  EXPECT_EQ(ask({{"type", "build"}}), json({{"type", "built"}}));
  session_.reset();  // before the table that it looks into
}

TEST_F(SessionTest, StepsOutOfOrderAreErrors) {
  expect_error(load(), "invalid_argument", "'open' must come first");
  open();
  expect_error(open(), "invalid_argument", "opened before");
  expect_error(inputs(), "invalid_argument", "'load' must come first");
  load();
  expect_error(answer(nullptr, nullptr), "invalid_argument", "'inputs' must come first");
  inputs();
  expect_error(go(), "invalid_argument", "'warmup' must come before 'go'");
  expect_error(ask({{"type", "durations"}}), "invalid_argument", "'go' must come before");
}

TEST_F(SessionTest, AnotherProtocolIsRefused) {
  expect_error(ask({{"type", "hello"}, {"protocol", 2}}), "invalid_argument", "speaks 1");
}

TEST_F(SessionTest, EngineFailuresKeepStatusAndMessage) {
  engine_.open_status = JM_LIBRARY_MISSING;
  expect_error(open(), "library_missing", "scripted: open");
  expect_error(load(), "invalid_argument", "only 'quit' can follow");
}

TEST_F(SessionTest, APluginThatCannotBeOpenedIsUnusable) {
  expect_error(ask({{"type", "open"}, {"plugin", "none.so"}}), "library_unusable", "none.so");
}

TEST_F(SessionTest, FailuresOfLoadBindAndRunAreReported) {
  open();
  engine_.load_status = JM_INVALID_MODEL;
  expect_error(load(), "invalid_model", "scripted: load");
  expect_error(inputs(), "invalid_argument", "only 'quit' can follow");
}

TEST_F(SessionTest, AModelFileThatIsNoneIsNamed) {
  open();
  const auto path = folder_.write("broken.onnx", "nonsense").string();
  expect_error(load(path), "invalid_model", path.c_str());
  EXPECT_EQ(engine_.loaded_path, "");
}

TEST_F(SessionTest, AFailingBindLeavesNoInputs) {
  open();
  load();
  engine_.bind_status = JM_UNSUPPORTED;
  expect_error(inputs(), "unsupported", "scripted: bind");
  expect_error(warm_up(), "invalid_argument", "'inputs' must come first");
}

TEST_F(SessionTest, AFailingRunEndsWarmUpAndWindow) {
  open();
  load();
  inputs();
  warm_up();
  engine_.run_status = JM_OUT_OF_MEMORY;
  expect_error(go(), "out_of_memory", "scripted: run");
  expect_error(ask({{"type", "durations"}}), "invalid_argument", "'go' must come before");
  expect_error(warm_up(), "out_of_memory", "scripted: run");
  expect_error(answer(nullptr, nullptr), "out_of_memory", "scripted: run");
}

TEST_F(SessionTest, InputsThatAnEngineRejectsMayHaveToBeGiven) {
  open();
  load();
  inputs();
  engine_.run_status = JM_INVALID_ARGUMENT;
  expect_error(answer(nullptr, nullptr), "invalid_argument", "give real ones with --inputs");
  const auto npy =
      folder_.write("in.npy", joulemark::testing::npy_bytes("<f4", "(1, 2)", std::string(8, '\0')));
  inputs(npy.string(), 1);
  const json reply = answer(nullptr, nullptr);
  EXPECT_EQ(reply["message"], "scripted: run");
}

TEST_F(SessionTest, AnEngineThatDescribesItselfInNonsenseIsAnError) {
  engine_.describe_json = "not json";
  expect_error(open(), "failed", "'describe' returned no JSON object");
}

TEST_F(SessionTest, ListsTheOperatorsOfAnOpenedEngine) {
  expect_error(ask({{"type", "operators"}}), "invalid_argument", "'open' must come first");
  open();
  EXPECT_EQ(ask({{"type", "operators"}})["operators"][0]["name"], "Add");
  engine_.operators_status = JM_UNSUPPORTED;
  expect_error(ask({{"type", "operators"}}), "unsupported", "scripted: operators");
  engine_.operators_status = JM_OK;
  engine_.operators_json = "{}";
  expect_error(ask({{"type", "operators"}}), "failed", "no JSON array");
}

TEST_F(SessionTest, AnswersAreWrittenAndComparedWithAReference) {
  open();
  load();
  inputs();
  const std::string reference = (folder_.path() / "a/b").string();
  EXPECT_EQ(answer(reference, nullptr)["type"], "answered");
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "a/b/output_0.pb"));
  const json same = answer(nullptr, reference);
  EXPECT_EQ(same["compared"], true);
  EXPECT_EQ(same["agrees"], true);
  engine_.offset = 0.5;
  const json other = answer(nullptr, reference);
  EXPECT_EQ(other["agrees"], false);
  EXPECT_NEAR(other["max_abs"].get<double>(), 0.5, 1e-6);
  EXPECT_THAT(other["detail"].get<std::string>(), HasSubstr("output 'y'["));
  expect_error(answer(nullptr, (folder_.path() / "none").string()), "failed", "no output_0.pb");
}

TEST_F(SessionTest, InputsComeFromNumpyFilesByName) {
  open();
  load();
  const std::string array = joulemark::testing::npy_bytes("<f4", "(1, 2)", std::string(8, '\0'));
  const auto npz = folder_.write("in.npz", joulemark::testing::zip_bytes({{"x.npy", array}}));
  EXPECT_EQ(inputs(npz.string(), 1)["tensors"][0]["dims"], json({1, 2}));
  expect_error(inputs(npz.string(), 4), "invalid_argument", "batch 4 was asked for");
  const auto npy = folder_.write("in.npy", array);
  EXPECT_EQ(inputs(npy.string(), 1)["type"], "inputs_ready");
  const auto wide = folder_.write(
      "wide.npy", joulemark::testing::npy_bytes("<f8", "(1, 2)", std::string(16, '\0')));
  expect_error(inputs(wide.string(), 1), "invalid_argument", "given as float64, the model wants");
  const auto narrow = folder_.write(
      "narrow.npy", joulemark::testing::npy_bytes("<f4", "(1, 3)", std::string(12, '\0')));
  expect_error(inputs(narrow.string(), 1), "invalid_argument", "with shape [1, 3]");
  expect_error(inputs("inputs.txt", 1), "invalid_argument", "neither 'generated'");
  expect_error(inputs((folder_.path() / "no.npz").string(), 1), "failed", "no.npz");
}

TEST_F(SessionTest, RowsThatBatchOneHidesAreReported) {
  open();
  load();
  inputs("generated", 1);
  EXPECT_FALSE(answer(nullptr, nullptr)["effective"].contains("rows_per_call"));
  const auto npy = folder_.write(
      "in.npy", joulemark::testing::npy_bytes("<f4", "(3, 2)", std::string(24, '\0')));
  inputs(npy.string(), 1);
  EXPECT_EQ(answer(nullptr, nullptr)["effective"]["rows_per_call"], 3);
  inputs(npy.string(), 3);
  EXPECT_FALSE(answer(nullptr, nullptr)["effective"].contains("rows_per_call"));
}

TEST_F(SessionTest, AShapeThatDoesNotFitIsAnError) {
  open();
  load();
  expect_error(ask({{"type", "inputs"}, {"batch", 1}, {"shapes", {{"x", {1, 3}}}}}),
               "invalid_argument", "dimension 1 is fixed at 2");
}

TEST_F(SessionTest, CpusThatDoNotExistAreRefused) {
  expect_error(ask({{"type", "open"}, {"plugin", "fake.so"}, {"affinity", {999999}}}),
               "invalid_argument", "CPU 999999");
}

/// A case directory whose reference is y = x + 1.
class CheckTest : public SessionTest {
 protected:
  void SetUp() override {
    open();
    engine_.offset = 1;
    folder_.write("case/model.onnx", model());
    write_set(0, {1, 2}, {2, 3});
  }
  static std::string model() {
    using namespace joulemark::testing;  // NOLINT(google-build-using-namespace)
    const std::string type = tensor_type_bytes(JM_FLOAT32, {{0, "n"}, {2, ""}});
    return model_bytes(graph_bytes({.nodes = {node_bytes("Add")},
                                    .initializers = {},
                                    .inputs = {port_bytes("x", type)},
                                    .outputs = {port_bytes("y", type)}}));
  }
  void write_set(int number, std::array<float, 2> x, std::array<float, 2> y) {
    const auto set = folder_.path() / "case" / ("test_data_set_" + std::to_string(number));
    std::filesystem::create_directories(set);
    for (const auto& [name, values] : {std::pair("input_0.pb", x), std::pair("output_0.pb", y)}) {
      auto tensor = *model::make_tensor("any name", JM_FLOAT32, {1, 2});
      for (std::size_t i = 0; i < 2; ++i) {
        model::set_element(JM_FLOAT32, tensor.data.data(), i, static_cast<double>(values[i]));
      }
      ASSERT_TRUE(model::write_tensor_proto(set / name, tensor));
    }
  }
  json check(const json& extra = json::object()) {
    json request = {{"type", "check"}, {"case", (folder_.path() / "case").string()}};
    request.update(extra);
    return ask(request);
  }
};

TEST_F(CheckTest, PassesWhenEveryDataSetAgrees) {
  write_set(1, {5, 5}, {6, 6});
  const json checked = check();
  EXPECT_EQ(checked["status"], "pass") << checked;
  EXPECT_EQ(checked["reason"], "");
  EXPECT_EQ(engine_.runs, 2);
  EXPECT_EQ(engine_.loaded_precision, "f32");
  EXPECT_THAT(engine_.log, ElementsAre("release"));
}

TEST_F(CheckTest, TellsWhereTheAnswerDiffers) {
  write_set(10, {5, 5}, {6, 7});
  const json checked = check();
  EXPECT_EQ(checked["status"], "fail");
  EXPECT_EQ(checked["max_abs"], 1.0);
  EXPECT_THAT(checked["reason"].get<std::string>(), HasSubstr("output 'y'[0,1]: got 6, want 7"));
  EXPECT_EQ(check({{"atol", 2.0}})["status"], "pass");
}

TEST_F(CheckTest, UnsupportedAndFailingEnginesAreResultsNotErrors) {
  engine_.load_status = JM_UNSUPPORTED;
  EXPECT_EQ(check()["status"], "unsupported");
  engine_.load_status = JM_INVALID_MODEL;
  EXPECT_EQ(check()["status"], "fail");
  engine_.load_status = JM_OK;
  engine_.run_status = JM_FAILED;
  EXPECT_EQ(check()["reason"], "scripted: run");
  engine_.run_status = JM_OK;
  EXPECT_EQ(check()["status"], "pass");
}

TEST_F(CheckTest, BrokenCasesFailWithTheirReason) {
  folder_.write("case/test_data_set_0/output_0.pb", "garbage");
  EXPECT_THAT(check()["reason"].get<std::string>(), HasSubstr("output_0.pb"));
  std::filesystem::remove(folder_.path() / "case/test_data_set_0/input_0.pb");
  EXPECT_EQ(check()["status"], "fail");
  std::filesystem::remove_all(folder_.path() / "case/test_data_set_0");
  EXPECT_THAT(check()["reason"].get<std::string>(), HasSubstr("no test_data_set_*"));
  folder_.write("case/model.onnx", "garbage");
  EXPECT_THAT(check()["reason"].get<std::string>(), HasSubstr("not an ONNX model"));
}

TEST_F(CheckTest, FilesMustBeAsManyAsTheModelHas) {
  const auto set = folder_.path() / "case/test_data_set_0";
  std::filesystem::copy(set / "input_0.pb", set / "input_1.pb");
  EXPECT_THAT(check()["reason"].get<std::string>(), HasSubstr("has 2 inputs, the model 1"));
  std::filesystem::remove(set / "input_1.pb");
  std::filesystem::rename(set / "output_0.pb", set / "output_1.pb");
  EXPECT_THAT(check()["reason"].get<std::string>(), HasSubstr("output_0.pb' is missing"));
  std::filesystem::rename(set / "output_1.pb", set / "output_0.pb");
  EXPECT_EQ(check()["status"], "pass");
  std::filesystem::remove(set / "input_0.pb");
  EXPECT_THAT(check()["reason"].get<std::string>(), HasSubstr("nothing"));
}

TEST_F(CheckTest, SequencesAreUnsupported) {
  using namespace joulemark::testing;  // NOLINT(google-build-using-namespace)
  std::string type;
  protozero::pbf_writer(type).add_message(4, std::string());
  folder_.write(
      "case/model.onnx",
      model_bytes(graph_bytes(
          {.nodes = {}, .initializers = {}, .inputs = {port_bytes("s", type)}, .outputs = {}})));
  const json checked = check();
  EXPECT_EQ(checked["status"], "unsupported");
  EXPECT_THAT(checked["reason"].get<std::string>(), HasSubstr("sequence"));
}

}  // namespace
}  // namespace joulemark::worker
