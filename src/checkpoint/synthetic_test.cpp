// SPDX-License-Identifier: Apache-2.0
// Models of published shapes with made-up weights.
#include "checkpoint/synthetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "base/file.h"
#include "base/fnv.h"
#include "checkpoint/architectures.h"
#include "checkpoint/decoder.h"
#include "checkpoint/made_up_weights.h"
#include "checkpoint/synthetic_models.h"
#include "checkpoint/weight_list.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;
using joulemark::testing::ScratchFolder;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

constexpr const char* kSmall = "synthetic:codeparrot-small@layers=1,vocabulary=50";

SyntheticModel model_of(const std::string& source) {
  auto model = parse_synthetic(source);
  EXPECT_TRUE(model) << source << ": " << model.error().message;
  return model.value_or(SyntheticModel{});
}

std::string why_not(const std::string& source) {
  const auto model = parse_synthetic(source);
  if (model) return "it was accepted";
  EXPECT_EQ(model.error().kind, ErrorKind::kUsage);
  return model.error().message;
}

DecoderSpec spec_of(const std::string& config_text) {
  const auto config = ConfigJson::parse(config_text, "config.json");
  EXPECT_TRUE(config) << config.error().message;
  const auto spec = read_decoder_spec(*config);
  EXPECT_TRUE(spec) << spec.error().message;
  return spec.value_or(DecoderSpec{});
}

fs::path made(const std::string& source, const ScratchFolder& cache) {
  const auto folder = make_synthetic(model_of(source), cache.path());
  EXPECT_TRUE(folder) << folder.error().message;
  return folder.value_or(fs::path());
}

TEST(Synthetic, EveryKnownModelIsADecoder) {
  for (const KnownModel& known : known_models()) {
    const DecoderSpec spec = spec_of(model_of("synthetic:" + name_of(known)).config);
    EXPECT_GT(spec.layers, 1) << known.repository;
    EXPECT_FALSE(std::string(known.source).empty());
  }
  EXPECT_EQ(known_models().size(), 12U);
}

TEST(Synthetic, KnownCountsOfParametersComeOut) {
  const std::vector<std::pair<const char*, std::uint64_t>> counts = {
      {"pythia-410m", 405'334'016}, {"pythia-1.4b", 1'414'647'808},
      {"bloomz-560m", 559'214'592}, {"bloomz-1b1", 1'065'314'304},
      {"tinyllama", 1'100'048'384}, {"codegemma-2b", 2'506'172'416},
      {"phi-2", 2'779'683'840},     {"starcoderbase-1b", 1'137'207'296}};
  for (const auto& [name, count] : counts) {
    EXPECT_EQ(synthetic_bytes(model_of(std::string("synthetic:") + name)), 4 * count) << name;
  }
}

TEST(Synthetic, NamesAreForgiving) {
  const std::string whole = model_of("synthetic:phi-2").config;
  EXPECT_EQ(model_of("synthetic:Phi-2").config, whole);
  EXPECT_EQ(model_of("synthetic:microsoft/phi-2").config, whole);
  EXPECT_EQ(model_of("synthetic:tinyllama").name, "tinyllama-1.1b-intermediate-step-1431k-3t");
  EXPECT_THAT(why_not("synthetic:someone/phi-2"), HasSubstr("none of the models"));
}

TEST(Synthetic, UnknownNamesAreAnsweredWithTheList) {
  EXPECT_THAT(why_not("synthetic:phi-3"), HasSubstr("codeparrot-small, "));
  EXPECT_THAT(why_not("synthetic:phi-3"), HasSubstr("did you mean 'phi-2'?"));
  EXPECT_THAT(why_not("synthetic:"), HasSubstr("'' is none"));
  EXPECT_THAT(why_not("synthetic:../phi-2"), HasSubstr("none of the models"));
}

TEST(Synthetic, OptionsMakeItSmaller) {
  const SyntheticModel small = model_of(kSmall);
  EXPECT_EQ(small.name, "codeparrot-small-layers1-vocabulary50");
  const DecoderSpec spec = spec_of(small.config);
  EXPECT_EQ(spec.layers, 1);
  EXPECT_EQ(spec.vocabulary, 50);
  EXPECT_EQ(spec.hidden, 768);
  EXPECT_EQ(spec_of(model_of("synthetic:phi-2@layers=3").config).layers, 3);
}

TEST(Synthetic, OptionsThatMakeNoSenseAreNamed) {
  for (const char* value : {"0", "33", "-1", "x", "", "2x", "99999999999999999999"})
    EXPECT_THAT(why_not(std::string("synthetic:phi-2@layers=") + value), HasSubstr("from 1 to 32"))
        << value;
  EXPECT_THAT(why_not("synthetic:phi-2@layer=2"), HasSubstr("did you mean 'layers'"));
  EXPECT_THAT(why_not("synthetic:phi-2@"), HasSubstr("nothing stands behind"));
  EXPECT_THAT(why_not("synthetic:phi-2@layers"), HasSubstr("from 1 to 32"));
}

TEST(Synthetic, TheDirectoryIsACheckpoint) {
  const ScratchFolder cache;
  const fs::path folder = made(kSmall, cache);
  EXPECT_EQ(folder.parent_path(), cache.path() / "synthetic");
  EXPECT_TRUE(is_checkpoint(folder));
  const auto decoder = read_decoder(folder);
  ASSERT_TRUE(decoder) << decoder.error().message;
  const auto file = prepare_decoder(*decoder, DecoderForm::kGrowingCache, cache.path());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(fs::exists(*file));
  EXPECT_FALSE(fs::exists(folder.string() + ".part"));
}

TEST(Synthetic, BytesAreTheSameOnEveryMachine) {
  const ScratchFolder cache;
  const auto weights = read_file(made(kSmall, cache) / "model.safetensors");
  EXPECT_EQ(fnv1a(weights.value_or("")), 7463673298997892120U);
}

TEST(Synthetic, ItIsMadeOnce) {
  const ScratchFolder cache;
  const fs::path weights = made(kSmall, cache) / "model.safetensors";
  const auto before = fs::last_write_time(weights);
  EXPECT_EQ(made(kSmall, cache) / "model.safetensors", weights);
  EXPECT_EQ(fs::last_write_time(weights), before);
}

TEST(Synthetic, SeveralAtOnceMakeOne) {
  const ScratchFolder cache;
  std::vector<std::thread> threads;
  std::vector<fs::path> folders(4);
  for (fs::path& folder : folders)
    threads.emplace_back([&folder, &cache] { folder = made(kSmall, cache); });
  for (std::thread& thread : threads) thread.join();
  for (const fs::path& folder : folders) EXPECT_EQ(folder, folders.front());
  EXPECT_TRUE(read_decoder(folders.front()));
}

TEST(Synthetic, WhatWasInterruptedIsNoCheckpointAndIsMadeAnew) {
  const ScratchFolder cache;
  const fs::path folder = synthetic_folder(model_of(kSmall), cache.path());
  fs::create_directories(folder.string() + ".part");
  ASSERT_TRUE(write_file(folder.string() + ".part/model.safetensors", "half"));
  EXPECT_FALSE(is_checkpoint(folder));
  EXPECT_EQ(made(kSmall, cache), folder);
  EXPECT_TRUE(read_decoder(folder));
}

TEST(Synthetic, ItSaysSoWhereverItIs) {
  const ScratchFolder cache;
  const fs::path folder = made(kSmall, cache);
  EXPECT_TRUE(is_synthetic(kSmall));
  EXPECT_TRUE(is_synthetic(folder));
  fs::rename(folder, cache.path() / "elsewhere");
  EXPECT_TRUE(is_synthetic(cache.path() / "elsewhere"));
  EXPECT_FALSE(is_synthetic(cache.path()));
  EXPECT_FALSE(is_synthetic("model.onnx"));
  cache.write("real/config.json", R"({"model_type":"gpt2"})");
  EXPECT_FALSE(is_synthetic(cache.path() / "real"));
}

TEST(Synthetic, AFolderThatCannotBeWrittenIsNamed) {
  const ScratchFolder cache;
  cache.write("synthetic", "a file stands in the way");
  const auto folder = make_synthetic(model_of(kSmall), cache.path());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(folder.error().message, HasSubstr("cannot write to the cache"));
}

/// A tensor of three pieces, and small ones.
MadeUpWeights sample(unsigned threads) {
  return {.weights =
              {{.name = "a", .dims = {5, 500'000}, .deviation = 0.02F},
               {.name = "b", .dims = {100'000}, .deviation = 0.5F, .centre = 3},
               {.name = "n", .dims = {3}, .centre = 1},
               {.name = "r", .dims = {3, 250, 2000}, .deviation = 0.1F, .rows = Rows::kBalanced}},
          .seed = 7,
          .threads = threads};
}

std::string written(const MadeUpWeights& what) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "model.safetensors";
  const Status status = write_made_up_weights(what, file);
  EXPECT_TRUE(status) << status.error().message;
  return read_file(file).value_or("");
}

TEST(MadeUpWeights, BytesDoNotDependOnThreads) {
  const std::string one = written(sample(1));
  EXPECT_TRUE(written(sample(3)) == one);
  MadeUpWeights other = sample(1);
  other.seed = 8;
  EXPECT_TRUE(written(other) != one);
}

/// Mean and deviation of a tensor.
std::pair<double, double> moments(const fs::path& file, const std::string& name) {
  const auto tensors = read_safetensors_header(file);
  EXPECT_TRUE(tensors) << tensors.error().message;
  const StoredTensor& stored = tensors->at(name);
  EXPECT_EQ(stored.offset % sizeof(float), 0U);
  const std::string bytes = read_file(file).value_or("").substr(stored.offset, stored.bytes);
  std::vector<float> numbers(bytes.size() / sizeof(float));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  double sum = 0;
  double squares = 0;
  for (const float number : numbers) {
    sum += number;
    squares += static_cast<double>(number) * number;
  }
  const double mean = sum / static_cast<double>(numbers.size());
  return {mean, std::sqrt(squares / static_cast<double>(numbers.size()) - mean * mean)};
}

TEST(MadeUpWeights, NumbersAreSpreadAsTheirTensorAsks) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "w";
  ASSERT_TRUE(write_made_up_weights(sample(2), file));
  const auto [mean, deviation] = moments(file, "a");
  EXPECT_NEAR(mean, 0, 1e-4);
  EXPECT_NEAR(deviation, 0.02, 1e-4);
  EXPECT_NEAR(moments(file, "b").first, 3, 0.01);
  EXPECT_NEAR(moments(file, "b").second, 0.5, 0.01);
  EXPECT_EQ(moments(file, "n").first, 1);
  EXPECT_EQ(moments(file, "n").second, 0);
}

TEST(MadeUpWeights, BalancedRowsAddUpToNothingAndKeepTheirDeviation) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "w";
  ASSERT_TRUE(write_made_up_weights({.weights = {{.name = "filters",
                                                  .dims = {200'000, 1, 3, 3},
                                                  .deviation = 0.5F,
                                                  .rows = Rows::kBalanced}},
                                     .threads = 2},
                                    file));
  const std::string bytes = read_file(file).value_or("");
  const auto at = made_up_offsets({{.name = "filters", .dims = {200'000, 1, 3, 3}}}).at("filters");
  for (std::size_t row = 0; row < 200'000; ++row) {
    float numbers[9];
    std::memcpy(numbers, bytes.data() + at + row * sizeof(numbers), sizeof(numbers));
    ASSERT_NEAR(std::accumulate(std::begin(numbers), std::end(numbers), 0.0), 0, 1e-6) << row;
  }
  EXPECT_NEAR(moments(file, "filters").second, 0.5, 1e-3);
}

TEST(MadeUpWeights, OffsetsAreThoseOfTheFile) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "w";
  ASSERT_TRUE(write_made_up_weights(sample(1), file));
  const auto offsets = made_up_offsets(sample(1).weights);
  const auto stored_tensors = read_safetensors_header(file);
  ASSERT_TRUE(stored_tensors) << stored_tensors.error().message;
  for (const auto& [name, stored] : *stored_tensors)
    EXPECT_EQ(offsets.at(name), stored.offset) << name;
}

TEST(MadeUpWeights, NoiseIsAFunctionOfItsPlace) {
  std::vector<float> whole(100);
  std::vector<float> part(40);
  fill_with_noise(3, 0, whole);
  fill_with_noise(3, 60, part);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + 60));
  fill_with_noise(4, 60, part);
  EXPECT_NE(part.front(), whole[60]);
}

TEST(WeightList, NamesAreThoseOfTheFiles) {
  std::vector<std::string> names;
  const auto config = model_of("synthetic:pythia-410m@layers=1").config;
  for (const ListedWeight& weight : list_weights(spec_of(config))) names.push_back(weight.name);
  EXPECT_THAT(names, IsSupersetOf({"gpt_neox.embed_in.weight", "embed_out.weight",
                                   "gpt_neox.layers.0.attention.query_key_value.bias",
                                   "gpt_neox.final_layer_norm.weight"}));
}

TEST(WeightList, ResidualProductsAreTold) {
  for (const ListedWeight& weight : list_weights(spec_of(model_of(kSmall).config)))
    EXPECT_EQ(weight.role == WeightRole::kResidual,
              weight.name == "transformer.h.0.attn.c_proj.weight" ||
                  weight.name == "transformer.h.0.mlp.c_proj.weight")
        << weight.name;
}

}  // namespace
}  // namespace joulemark::checkpoint
