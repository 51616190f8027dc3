// SPDX-License-Identifier: Apache-2.0
// Claims of agreement that the files contradict.
#include "run/own_comparison.h"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "model/tensor_proto.h"
#include "run/temporary_folder.h"

namespace joulemark::run {
namespace {

using ::testing::HasSubstr;

class OwnComparison : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(*std::move(folder));
    answers_ = {.own = folder_->path() / "own",
                .reference = folder_->path() / "reference",
                .precision = "f32"};
    for (const auto& path : {answers_.own, answers_.reference})
      std::filesystem::create_directories(path);
  }
  static void write(const std::filesystem::path& folder, float value) {
    auto tensor = model::make_tensor("y", JM_FLOAT32, {1});
    ASSERT_TRUE(tensor) << tensor.error().message;
    std::memcpy(tensor->data.data(), &value, sizeof value);
    ASSERT_TRUE(model::write_tensor_proto(folder / "output_0.pb", *tensor));
  }
  static void write_text(const std::filesystem::path& folder, const std::string& text) {
    std::ofstream(folder / "tokens.json") << text;
  }
  [[nodiscard]] std::string refuted() const {
    const auto agreement = refute(answers_, claim_);
    return agreement ? agreement->detail : "nothing";
  }

  std::optional<TemporaryFolder> folder_;
  TwoAnswers answers_;
  Agreement claim_{
      .compared = true, .agrees = true, .max_abs = 0, .max_rel = 0, .reference = "a", .detail = ""};
};

TEST_F(OwnComparison, WhatAgreesIsLeftAlone) {
  write(answers_.own, 1.0F);
  write(answers_.reference, 1.00001F);
  EXPECT_EQ(refuted(), "nothing");
}

TEST_F(OwnComparison, OutputsThatDifferAreNoAgreementWhateverTheWorkerSays) {
  write(answers_.own, 1.0F);
  write(answers_.reference, 2.0F);
  const auto agreement = refute(answers_, claim_);
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->agrees, false);
  EXPECT_EQ(agreement->max_abs, 1.0);
  EXPECT_EQ(agreement->reference, "a");
}

TEST_F(OwnComparison, AWorkerThatWritesNothingAgreesWithNothing) {
  write(answers_.reference, 2.0F);
  EXPECT_EQ(refuted(), "it wrote no outputs");
}

TEST_F(OwnComparison, TokensAreComparedOneByOneAndANearTieHasToBeTold) {
  write_text(answers_.reference, R"({"requests":[[[1,2]]]})");
  EXPECT_THAT(refuted(), HasSubstr("no tokens"));
  write_text(answers_.own, R"({"requests":[[[1,2]]]})");
  EXPECT_EQ(refuted(), "nothing");
  write_text(answers_.own, R"({"requests":[[[1,3]]]})");
  EXPECT_THAT(refuted(), HasSubstr("says that they agree: prompt 1, token 2: 3 instead of 2"));
  claim_.detail = "near tie at prompt 1, token 2";
  EXPECT_EQ(refuted(), "nothing");
}

}  // namespace
}  // namespace joulemark::run
