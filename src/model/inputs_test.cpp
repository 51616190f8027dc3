// SPDX-License-Identifier: Apache-2.0
// Given and generated inputs against what a model wants.
#include "model/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/tensor_proto.h"
#include "model/testing/npz_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using joulemark::testing::npy_bytes;
using joulemark::testing::ScratchFolder;
using joulemark::testing::zip_bytes;
using joulemark::testing::ZipEntry;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Inputs : public ::testing::Test {
 protected:
  static std::vector<Port> ports(std::initializer_list<const char*> names) {
    std::vector<Port> ports;
    for (const char* name : names) {
      ports.push_back({name, ValueKind::kTensor, JM_FLOAT32, {{{-1, ""}, {2, ""}}}});
    }
    return ports;
  }
  /// An archive of [rows, 2] arrays with these names.
  std::string npz(std::initializer_list<const char*> names, int rows = 1) {
    const std::string array =
        npy_bytes("<f4", fmt_shape(rows), std::string(static_cast<std::size_t>(rows) * 8, '\0'));
    std::vector<ZipEntry> entries;
    for (const char* name : names) entries.push_back({std::string(name) + ".npy", array});
    return folder_.write("given.npz", zip_bytes(entries)).string();
  }
  static std::string fmt_shape(int rows) { return "(" + std::to_string(rows) + ", 2)"; }
  static std::string refusal(const std::vector<Port>& ports, const InputsSource& source,
                             std::vector<int> batches = {1}) {
    const auto checked = check_inputs(ports, source, batches);
    return checked ? "" : checked.error().message;
  }
  std::string folder_with(std::initializer_list<const char*> files) {
    auto tensor = *make_tensor("any", JM_FLOAT32, {1, 2});
    for (const char* file : files) {
      folder_.write(std::string("set/") + file, serialize_tensor_proto(tensor));
    }
    return (folder_.path() / "set").string();
  }
  ScratchFolder folder_;
};

TEST_F(Inputs, ArraysMustBeTheInputsAndNothingElse) {
  EXPECT_EQ(refusal(ports({"x", "y"}), {.source = npz({"y", "x"}), .shapes = {}}), "");
  EXPECT_THAT(refusal(ports({"x"}), {.source = npz({"q"}), .shapes = {}}),
              HasSubstr("hold 'q', the model wants 'x'"));
  EXPECT_THAT(refusal(ports({"x"}), {.source = npz({"x", "q"}), .shapes = {}}),
              HasSubstr("hold 'x', 'q', the model wants 'x'"));
  EXPECT_THAT(refusal({}, {.source = npz({"x"}), .shapes = {}}), HasSubstr("wants nothing"));
}

TEST_F(Inputs, ArraysThatWereSavedWithoutNamesGoByOrder) {
  EXPECT_EQ(refusal(ports({"x", "y"}), {.source = npz({"arr_0", "arr_1"}), .shapes = {}}), "");
  EXPECT_THAT(refusal(ports({"x"}), {.source = npz({"arr_x"}), .shapes = {}}),
              HasSubstr("'arr_x'"));
}

TEST_F(Inputs, GivenInputsHaveOneBatch) {
  const InputsSource source{.source = npz({"x"}, 3), .shapes = {}};
  EXPECT_EQ(refusal(ports({"x"}), source, {3}), "");
  EXPECT_EQ(refusal(ports({"x"}), source, {1}), "");
  EXPECT_THAT(refusal(ports({"x"}), source, {6}), HasSubstr("first dimension at 3; use batch 3"));
  EXPECT_THAT(refusal(ports({"x"}), source, {1, 3}),
              HasSubstr("batches 1 and 3 were asked for, but the inputs are the same"));
  EXPECT_EQ(check_inputs(ports({"x"}), source, std::vector<int>{1})->rows_at_batch_1, 3);
  EXPECT_EQ(make_inputs(ports({"x"}), source, 6).error().kind, ErrorKind::kUsage);
}

TEST_F(Inputs, SettleABatchWhereBatchOneDoesNotHold) {
  std::vector<Port> named = ports({"x"});
  (*named[0].dims)[0].symbol = "batch";
  EXPECT_EQ(settled_batch(named, {.source = npz({"x"}, 3), .shapes = {}}), 3);
  EXPECT_EQ(settled_batch(named, {.shapes = {{"x", {5, 2}}}}), 5);
  EXPECT_EQ(settled_batch(named, {.source = npz({"x"}, 1), .shapes = {}}), std::nullopt);
  EXPECT_EQ(settled_batch(ports({"x"}), {.source = npz({"x"}, 3), .shapes = {}}), std::nullopt);
  const std::vector<Port> image = {
      {"image", ValueKind::kTensor, JM_FLOAT32, {{{8, ""}, {3, ""}, {4, ""}, {4, ""}}}}};
  EXPECT_EQ(settled_batch(image, {}), 8);
}

TEST_F(Inputs, BatchesThatChangeNothingAreRefused) {
  std::vector<Port> fixed = {{"x", ValueKind::kTensor, JM_FLOAT32, {{{8, ""}, {2, ""}}}}};
  EXPECT_EQ(refusal(fixed, {}, {8}), "");
  EXPECT_THAT(refusal(fixed, {}, {1, 8}), HasSubstr("batches 1 and 8"));
  EXPECT_THAT(refusal({}, {}, {1, 100}), HasSubstr("the model has no inputs"));
  EXPECT_EQ(refusal(ports({"x"}), {}, {1, 8}), "");
}

TEST_F(Inputs, ShapesAreForGeneratedInputsOnly) {
  EXPECT_THAT(refusal(ports({"x"}), {.source = npz({"x"}), .shapes = {{"x", {1, 2}}}}),
              HasSubstr("leave out --shape or --inputs"));
}

TEST_F(Inputs, TensorsThatNoMemoryHoldsAreRefused) {
  EXPECT_THAT(refusal(ports({"x"}), {.shapes = {{"x", {10'000'000'000, 2}}}}),
              HasSubstr("more than 16 GiB"));
}

TEST_F(Inputs, FoldersGoByOrderAndMissNoNumber) {
  EXPECT_EQ(refusal(ports({"x"}), {.source = folder_with({"input_0.pb"}), .shapes = {}}), "");
  EXPECT_THAT(
      refusal(ports({"x", "y", "z"}), {.source = folder_with({"input_2.pb"}), .shapes = {}}),
      HasSubstr("input_1.pb' is missing, although there is 'input_2.pb'"));
  EXPECT_THAT(refusal(ports({"x"}), {.source = folder_.path().string(), .shapes = {}}),
              HasSubstr("have no input_0.pb"));
}

TEST_F(Inputs, WhatIsNoFileOfInputsIsSaid) {
  EXPECT_THAT(refusal(ports({"x"}), {.source = "/dev/zero", .shapes = {}}),
              HasSubstr("neither 'generated'"));
  std::filesystem::create_symlink("/dev/zero", folder_.path() / "zero.npy");
  EXPECT_THAT(
      refusal(ports({"x"}), {.source = (folder_.path() / "zero.npy").string(), .shapes = {}}),
      HasSubstr("no regular file"));
}

TEST_F(Inputs, GivenInputsComeInTheOrderOfThePorts) {
  const auto tensors = make_inputs(ports({"x", "y"}), {.source = npz({"y", "x"}), .shapes = {}}, 1);
  ASSERT_TRUE(tensors) << tensors.error().message;
  EXPECT_EQ((*tensors)[0].name, "x");
  EXPECT_THAT((*tensors)[1].dims, ElementsAre(1, 2));
}

}  // namespace
}  // namespace joulemark::model
