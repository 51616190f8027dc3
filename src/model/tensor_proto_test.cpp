// SPDX-License-Identifier: Apache-2.0
// TensorProto files: every type both ways, and bytes that are wrong.
#include "model/tensor_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using joulemark::testing::external_tensor_bytes;
using joulemark::testing::ScratchFolder;
using ::testing::HasSubstr;

std::string header(std::int32_t dtype, std::initializer_list<std::int64_t> dims) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_packed_int64(1, dims.begin(), dims.end());
  writer.add_int32(2, dtype);
  writer.add_string(8, "t");
  return bytes;
}

std::vector<double> values(const HostTensor& tensor) {
  std::vector<double> result;
  for (std::size_t i = 0; i < *element_count(tensor.dims); ++i) {
    result.push_back(element_as_double(tensor.dtype, tensor.data.data(), i));
  }
  return result;
}

TEST(TensorProto, EveryTypeSurvivesWritingAndReading) {
  const ScratchFolder folder;
  for (int number = 1; number <= JM_INT2; ++number) {
    const auto dtype = static_cast<jm_dtype>(number);
    auto tensor = *make_tensor("t", dtype, {3});
    if (dtype == JM_STRING) {
      tensor.strings = {"a", "", std::string("\0x", 2)};
    } else {
      for (std::size_t i = 0; i < 3; ++i) set_element(dtype, tensor.data.data(), i, i % 2 ? 1 : 0);
    }
    const auto path = folder.path() / "t.pb";
    ASSERT_TRUE(write_tensor_proto(path, tensor));
    const auto read = read_tensor_proto(path);
    ASSERT_TRUE(read) << dtype_name(dtype) << ": " << read.error().message;
    EXPECT_EQ(read->name, "t");
    EXPECT_EQ(read->dtype, dtype);
    EXPECT_EQ(read->dims, tensor.dims);
    EXPECT_EQ(read->data, tensor.data);
    EXPECT_EQ(read->strings, tensor.strings);
  }
}

TEST(TensorProto, TypedFieldsAreRead) {
  using ::testing::ElementsAre;
  std::string floats = header(JM_FLOAT32, {2});
  const float f[] = {1.5f, -2};
  protozero::pbf_writer(floats).add_packed_float(4, std::begin(f), std::end(f));
  EXPECT_THAT(values(*parse_tensor_proto(floats, "")), ElementsAre(1.5, -2));

  std::string int8s = header(JM_INT8, {2});
  const std::int32_t i[] = {-3, 100};
  protozero::pbf_writer(int8s).add_packed_int32(5, std::begin(i), std::end(i));
  EXPECT_THAT(values(*parse_tensor_proto(int8s, "")), ElementsAre(-3, 100));

  std::string halves = header(JM_FLOAT16, {1});
  protozero::pbf_writer(halves).add_int32(5, 0x3c00);
  EXPECT_THAT(values(*parse_tensor_proto(halves, "")), ElementsAre(1));

  std::string nibbles = header(JM_INT4, {3});
  const std::int32_t packed[] = {0x2f, 0x07};
  protozero::pbf_writer(nibbles).add_packed_int32(5, std::begin(packed), std::end(packed));
  EXPECT_THAT(values(*parse_tensor_proto(nibbles, "")), ElementsAre(-1, 2, 7));

  std::string unsigned32 = header(JM_UINT32, {1});
  protozero::pbf_writer(unsigned32).add_uint64(11, 4000000000u);
  EXPECT_THAT(values(*parse_tensor_proto(unsigned32, "")), ElementsAre(4e9));

  std::string doubles = header(JM_FLOAT64, {2});
  protozero::pbf_writer(doubles).add_double(10, 0.25);
  protozero::pbf_writer(doubles).add_double(10, 0.5);
  EXPECT_THAT(values(*parse_tensor_proto(doubles, "")), ElementsAre(0.25, 0.5));
}

TEST(TensorProto, ComplexNumbersAreTwoPartsAnElement) {
  std::string bytes = header(JM_COMPLEX64, {2});
  const float parts[] = {1, 2, 3, 4};
  protozero::pbf_writer(bytes).add_packed_float(4, std::begin(parts), std::end(parts));
  const auto tensor = parse_tensor_proto(bytes, "");
  ASSERT_TRUE(tensor);
  EXPECT_EQ(element_as_double(JM_COMPLEX64, tensor->data.data(), 3), 4);
}

TEST(TensorProto, TooFewOrTooManyElementsAreErrors) {
  std::string raw = header(JM_FLOAT32, {2, 2});
  protozero::pbf_writer(raw).add_bytes(9, "1234567");
  EXPECT_THAT(parse_tensor_proto(raw, "").error().message,
              HasSubstr("'t' holds 7 bytes, its shape [2, 2] of float32 needs 16"));
  std::string typed = header(JM_INT64, {2});
  protozero::pbf_writer(typed).add_int64(7, 1);
  EXPECT_THAT(parse_tensor_proto(typed, "").error().message, HasSubstr("holds 1 values"));
  std::string text = header(JM_STRING, {1});
  EXPECT_THAT(parse_tensor_proto(text, "").error().message, HasSubstr("holds 0 strings"));
}

TEST(TensorProto, HugeShapesAllocateNothing) {
  std::string bytes = header(JM_FLOAT32, {1LL << 30});
  protozero::pbf_writer(bytes).add_bytes(9, "1234");
  EXPECT_FALSE(parse_tensor_proto(bytes, ""));
  EXPECT_FALSE(parse_tensor_proto(header(JM_INT8, {1LL << 62, 1LL << 62}), ""));
  EXPECT_FALSE(parse_tensor_proto(header(JM_INT8, {-1}), ""));
}

TEST(TensorProto, UnknownTypesAndForeignBytesAreErrors) {
  EXPECT_THAT(parse_tensor_proto(header(99, {1}), "").error().message, HasSubstr("type 99"));
  EXPECT_FALSE(parse_tensor_proto("", ""));
  EXPECT_FALSE(parse_tensor_proto("<html></html>", ""));
  const std::string whole = serialize_tensor_proto(*make_tensor("t", JM_FLOAT32, {4}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_tensor_proto(whole.substr(0, size), "")) << size;
  }
}

TEST(TensorProto, ExternalDataAreReadFromTheFolderOnly) {
  const ScratchFolder folder;
  folder.write("inner/data.bin", std::string("....\0\0\x80?", 8));
  folder.write("secret.bin", std::string(8, 'x'));
  const auto read = [&](std::string location, const char* offset) {
    return parse_tensor_proto(
        external_tensor_bytes("w", 1, {{"location", std::move(location)}, {"offset", offset}}),
        folder.path() / "inner/t.pb");
  };
  const auto tensor = read("data.bin", "4");
  ASSERT_TRUE(tensor) << tensor.error().message;
  EXPECT_EQ(element_as_double(JM_FLOAT32, tensor->data.data(), 0), 1);
  EXPECT_THAT(read("data.bin", "5").error().message, HasSubstr("has 8 bytes"));
  EXPECT_THAT(read("data.bin", "-1").error().message, HasSubstr("offset"));
  EXPECT_THAT(read("../secret.bin", "0").error().message, HasSubstr("leaves"));
  EXPECT_THAT(read("/etc/passwd", "0").error().message, HasSubstr("leaves"));
  EXPECT_THAT(read("missing.bin", "0").error().message, HasSubstr("missing.bin"));
  std::filesystem::create_symlink(folder.path() / "secret.bin", folder.path() / "inner/link.bin");
  EXPECT_THAT(read("link.bin", "0").error().message, HasSubstr("through a link"));
}

TEST(TensorProto, ExternalDataAreRefusedWithoutAFolder) {
  const auto bytes = external_tensor_bytes("w", 1, {{"location", "data.bin"}});
  EXPECT_THAT(parse_tensor_proto(bytes, "").error().message, HasSubstr("not allowed"));
}

TEST(TensorProto, ErrorsNameTheFile) {
  const ScratchFolder folder;
  const auto path = folder.write("input_0.pb", "garbage");
  EXPECT_THAT(read_tensor_proto(path).error().message, HasSubstr(path.string()));
}

}  // namespace
}  // namespace joulemark::model
