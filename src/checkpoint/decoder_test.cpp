// SPDX-License-Identifier: Apache-2.0
// A checkpoint directory, and the files that are made from it once and for several processes.
#include "checkpoint/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <thread>

#include "base/file.h"
#include "checkpoint/architectures.h"
#include "checkpoint/decoder_work.h"
#include "checkpoint/made_up_weights.h"
#include "checkpoint/synthetic_kinds.h"
#include "checkpoint/weight_list.h"
#include "checkpoint/weights_file.h"
#include "model/onnx_reader.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;
using joulemark::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const char* const kConfig = R"({"model_type":"llama","vocab_size":40,"hidden_size":16,
  "intermediate_size":24,"num_hidden_layers":2,"num_attention_heads":2})";

/// A folder "model" with a checkpoint, and a folder "cache".
class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() { write(kConfig); }

  void write(const std::string& config) const {
    folder_.write("model/config.json", config);
    const auto parsed = ConfigJson::parse(config, "config.json");
    const auto spec = read_decoder_spec(*parsed);
    ASSERT_TRUE(spec) << spec.error().message;
    const auto made = write_made_up_weights({.weights = made_up_decoder(*spec)}, weights());
    ASSERT_TRUE(made) << made.error().message;
  }
  [[nodiscard]] fs::path model() const { return folder_.path() / "model"; }
  [[nodiscard]] fs::path weights() const { return model() / "model.safetensors"; }
  [[nodiscard]] fs::path cache() const { return folder_.path() / "cache"; }

  [[nodiscard]] Result<fs::path> prepare(DecoderForm form) const {
    const auto decoder = read_decoder(model());
    if (!decoder) return fail(decoder.error());
    return prepare_decoder(*decoder, form, cache());
  }
  /// Files of the cache and what they hold, locks left out.
  [[nodiscard]] std::map<std::string, std::string> cached() const {
    std::map<std::string, std::string> files;
    if (fs::exists(cache()))
      for (const auto& entry : fs::recursive_directory_iterator(cache()))
        if (entry.is_regular_file() && entry.path().filename() != ".lock")
          files[entry.path().filename()] = read_file(entry.path()).value_or("");
    return files;
  }

  ScratchFolder folder_;
};

constexpr const char* kGraph = "openvino-stateful.xml";
constexpr DecoderForm kForms[] = {DecoderForm::kSharedCache, DecoderForm::kGrowingCache,
                                  DecoderForm::kStateful};

TEST_F(Checkpoint, IsADirectoryWithAConfig) {
  EXPECT_TRUE(is_checkpoint(model()));
  EXPECT_FALSE(is_checkpoint(cache()));
  EXPECT_FALSE(is_checkpoint(weights()));
}

TEST_F(Checkpoint, EveryFormIsMadeOnce) {
  for (const DecoderForm form : kForms) {
    const auto file = prepare(form);
    ASSERT_TRUE(file) << to_string(form) << ": " << file.error().message;
    EXPECT_EQ(file->stem(), to_string(form));
    const auto before = cached();
    const auto time = fs::last_write_time(*file);
    EXPECT_EQ(prepare(form).value_or(""), *file);
    EXPECT_EQ(fs::last_write_time(*file), time);
    EXPECT_TRUE(cached() == before) << to_string(form);
  }
}

TEST_F(Checkpoint, AnotherCacheGetsTheSameGraph) {
  for (const DecoderForm form : kForms) {
    ASSERT_TRUE(prepare(form));
    const auto first = cached();
    fs::remove_all(cache());
    ASSERT_TRUE(prepare(form));
    EXPECT_TRUE(cached() == first) << to_string(form);
    fs::remove_all(cache());
  }
}

TEST_F(Checkpoint, TheGraphIsAModelThatCanBeRead) {
  for (const DecoderForm form : {DecoderForm::kSharedCache, DecoderForm::kGrowingCache}) {
    const auto file = prepare(form);
    ASSERT_TRUE(file) << file.error().message;
    const auto graph = model::read_onnx_model(*file);
    ASSERT_TRUE(graph) << graph.error().message;
    EXPECT_EQ(graph->graph.outputs.front().name, "logits");
    EXPECT_EQ(graph->graph.outputs.size(), 1U + 2 * 2) << "keys and values of two layers";
  }
}

TEST_F(Checkpoint, WorkIsThatOfTheGraph) {
  const auto decoder = read_decoder(model());
  ASSERT_TRUE(decoder) << decoder.error().message;
  const auto work = least_work(*decoder);
  ASSERT_TRUE(work) << work.error().message;
  const auto file = prepare(DecoderForm::kGrowingCache);
  ASSERT_TRUE(file) << file.error().message;
  const auto graph = model::read_onnx_model(*file);
  ASSERT_TRUE(graph) << graph.error().message;
  const model::LeastWork written = model::least_work(*graph, {});
  EXPECT_EQ(work->flops, written.flops);
  EXPECT_EQ(work->last_flops, 2.0 * 40 * 16);
  EXPECT_EQ(work->last_flops, written.last_flops);
  EXPECT_EQ(work->weights, written.weights);
  EXPECT_EQ(work->weight_bytes, written.weight_bytes);
}

TEST_F(Checkpoint, WorkOfACheckpointThatLacksAWeightIsNotKnown) {
  std::string config = kConfig;
  const std::string layers = "\"num_hidden_layers\":";
  config[config.find(layers) + layers.size()] = '3';
  folder_.write("model/config.json", config);
  const auto decoder = read_decoder(model());
  ASSERT_TRUE(decoder) << decoder.error().message;
  EXPECT_FALSE(least_work(*decoder));
}

TEST_F(Checkpoint, MappableWeightsAreNotCopied) {
  const auto file = prepare(DecoderForm::kGrowingCache);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(fs::equivalent(file->parent_path() / "model.safetensors", weights()));
}

TEST_F(Checkpoint, WhatHasChangedIsMadeAnew) {
  const auto before = prepare(DecoderForm::kGrowingCache);
  ASSERT_TRUE(before) << before.error().message;
  std::string other = kConfig;
  other.replace(other.find("24"), 2, "32");
  write(other);
  const auto after = prepare(DecoderForm::kGrowingCache);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_NE(*after, *before);
}

TEST_F(Checkpoint, SeveralAtOnceMakeOne) {
  std::vector<std::thread> threads;
  std::vector<Result<fs::path>> files(4);
  for (auto& file : files)
    threads.emplace_back([&file, this] { file = prepare(DecoderForm::kStateful); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& file : files) {
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(*file, *files.front());
  }
}

/// The weights as they are before constants of the graph are put behind them.
std::string widened(const fs::path& model, const fs::path& folder) {
  fs::create_directories(folder);
  const auto files = read_weight_files(model);
  const auto places = write_weights(files.value(), folder);
  EXPECT_TRUE(places) << places.error().message;
  return read_file(folder / places->file).value_or("");
}

TEST_F(Checkpoint, AProcessThatIsKilledLeavesNothingHalf) {
  const std::string wanted = widened(model(), folder_.path() / "elsewhere");
  ASSERT_FALSE(wanted.empty());
  for (int delay_us = 0; delay_us < 3000; delay_us += 200) {
    fs::remove_all(cache());
    const pid_t child = fork();
    if (child == 0) _exit(prepare(DecoderForm::kStateful) ? 0 : 1);
    usleep(static_cast<useconds_t>(delay_us));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    auto left = cached();
    EXPECT_TRUE(!left.contains("weights.bin") || left["weights.bin"].starts_with(wanted));
    EXPECT_TRUE(!left.contains(kGraph) || left[kGraph].find("</net>") != std::string::npos);
    const auto file = prepare(DecoderForm::kStateful);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(cached()["weights.bin"].starts_with(wanted)) << delay_us;
  }
}

TEST_F(Checkpoint, WhatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
  std::string larger = kConfig;
  larger.replace(larger.find("40"), 2, "41");
  folder_.write("model/config.json", larger);
  const auto file = prepare(DecoderForm::kStateful);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message,
              HasSubstr("'model.embed_tokens.weight' has the shape [40, 16]"));
  EXPECT_THAT(cached(), IsEmpty());
}

TEST_F(Checkpoint, ACacheThatCannotBeWrittenIsNamed) {
  folder_.write("cache", "a file stands in the way");
  const auto file = prepare(DecoderForm::kGrowingCache);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(file.error().message, HasSubstr("XDG_CACHE_HOME"));
}

TEST_F(Checkpoint, StopIdsComeFromTheGenerationConfigFirst) {
  EXPECT_THAT(read_stop_ids(model()), IsEmpty());
  folder_.write("model/config.json", R"({"eos_token_id":3})");
  EXPECT_THAT(read_stop_ids(model()), ElementsAre(3));
  folder_.write("model/generation_config.json", R"({"eos_token_id":[5,6]})");
  EXPECT_THAT(read_stop_ids(model()), ElementsAre(5, 6));
  for (const char* text : {"", "[]", R"({"eos_token_id":null})", R"({"eos_token_id":[-1,"x"]})",
                           R"({"eos_token_id":4294967296})"}) {
    folder_.write("model/generation_config.json", text);
    EXPECT_THAT(read_stop_ids(model()), ElementsAre(3)) << text;
  }
}

TEST(DecoderForm, NamesAreReadBack) {
  for (const DecoderForm form : kForms) EXPECT_EQ(decoder_form_from(to_string(form)), form);
  EXPECT_FALSE(decoder_form_from("onnx"));
}

TEST(DecoderForm, TheSharedCacheNeedsHeadsOfEights) {
  DecoderSpec spec;
  spec.head_size = 12;
  EXPECT_FALSE(has_form(spec, DecoderForm::kSharedCache));
  EXPECT_TRUE(has_form(spec, DecoderForm::kGrowingCache));
  spec.head_size = 16;
  EXPECT_TRUE(has_form(spec, DecoderForm::kSharedCache));
}

}  // namespace
}  // namespace joulemark::checkpoint
