// SPDX-License-Identifier: Apache-2.0
// numpy's files, well and badly formed.
#include "model/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "model/testing/npz_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using joulemark::testing::npy_bytes;
using joulemark::testing::zip_bytes;
using joulemark::testing::ZipEntry;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

std::vector<double> values(const HostTensor& tensor) {
  std::vector<double> result;
  for (std::size_t i = 0; i < *element_count(tensor.dims); ++i) {
    result.push_back(element_as_double(tensor.dtype, tensor.data.data(), i));
  }
  return result;
}

TEST(Npy, NumbersAreRead) {
  const auto tensor = parse_npy(npy_bytes("<f4", "(2, 2)", bytes_of<float>({1, 2, 3, 4.5f})));
  ASSERT_TRUE(tensor) << tensor.error().message;
  EXPECT_EQ(tensor->dtype, JM_FLOAT32);
  EXPECT_THAT(tensor->dims, ElementsAre(2, 2));
  EXPECT_THAT(values(*tensor), ElementsAre(1, 2, 3, 4.5));
  EXPECT_EQ(parse_npy(npy_bytes("|b1", "(1,)", "\1"))->dtype, JM_BOOL);
  EXPECT_EQ(parse_npy(npy_bytes("<i8", "()", std::string(8, '\0')))->dims.size(), 0u);
}

TEST(Npy, BigEndianAndFortranOrderAreTurned) {
  const std::string elements("\0\1\0\2\0\3\0\4\0\5\0\6", 12);
  const auto tensor = parse_npy(npy_bytes(">i2", "(2, 3)", elements, "True"));
  ASSERT_TRUE(tensor) << tensor.error().message;
  EXPECT_THAT(values(*tensor), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(Npy, StringsBecomeUtf8) {
  const auto wide =
      parse_npy(npy_bytes("<U2", "(2,)", bytes_of<std::uint32_t>({'a', 0, 0xe9, 0x1f600})));
  ASSERT_TRUE(wide) << wide.error().message;
  EXPECT_THAT(wide->strings, ElementsAre("a", "\xc3\xa9\xf0\x9f\x98\x80"));
  const auto narrow = parse_npy(npy_bytes("|S3", "(2,)", std::string("ab\0xyz", 6)));
  EXPECT_THAT(narrow->strings, ElementsAre("ab", "xyz"));
}

TEST(Npy, PicklesAndStructuresAreRefused) {
  EXPECT_EQ(parse_npy(npy_bytes("|O", "(1,)", "x")).error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(parse_npy(npy_bytes("<V2", "(1,)", "xx")).error().kind, ErrorKind::kUnsupported);
  std::string record = npy_bytes("@", "(1,)", "xxxx");
  record.replace(record.find("'@'"), 3, "[('a', '<f4'), ('b', [('c', '<i4')])]");
  record[8] = static_cast<char>(record[8] + 34);
  EXPECT_THAT(parse_npy(record).error().message,
              HasSubstr("[('a', '<f4'), ('b', [('c', '<i4')])] cannot be read"));
}

TEST(Npy, DamageIsAnError) {
  const std::string whole = npy_bytes("<f4", "(2, 2)", std::string(16, 'x'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_npy(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_npy(npy_bytes("<f4", "(9223372036854775807, 3)", "")));
  EXPECT_FALSE(parse_npy(npy_bytes("<f4", "(-1,)", "")));
  EXPECT_FALSE(parse_npy(npy_bytes("<f4", "3", "")));
  EXPECT_FALSE(parse_npy(npy_bytes("<U0", "(1000000000,)", "")));
}

TEST(Npz, StoredAndDeflatedMembersAreRead) {
  const std::string a = npy_bytes("<i4", "(1,)", bytes_of<std::int32_t>({7}));
  const std::string b = npy_bytes("<i4", "(1000,)", std::string(4000, '\0'));
  const auto tensors = parse_npz(zip_bytes({{"a.npy", a}, {"b.npy", b, ZipEntry::kDeflated}}));
  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->size(), 2u);
  EXPECT_EQ((*tensors)[0].name, "a");
  EXPECT_THAT(values((*tensors)[0]), ElementsAre(7));
  EXPECT_EQ((*tensors)[1].data.size(), 4000u);
}

TEST(Npz, ZipBombsAreRefusedBeforeTheyUnpack) {
  const std::string small(100, 'x');
  ZipEntry bomb{"a.npy", small, ZipEntry::kDeflated};
  bomb.claimed_size = 4'000'000'000u;
  EXPECT_THAT(parse_npz(zip_bytes({bomb})).error().message, HasSubstr("cannot unpack to"));
  bomb.claimed_size = 150;
  EXPECT_THAT(parse_npz(zip_bytes({bomb})).error().message, HasSubstr("does not unpack to"));
  bomb.claimed_size = 50;
  EXPECT_FALSE(parse_npz(zip_bytes({bomb})));
}

TEST(Npz, MembersThatShareBytesAreRefused) {
  const std::string array = npy_bytes("<i4", "(100,)", std::string(400, '\0'));
  ZipEntry copy{"b.npy", array};
  copy.same_data_as_first = true;
  EXPECT_THAT(parse_npz(zip_bytes({{"a.npy", array}, copy})).error().message, HasSubstr("overlap"));
}

TEST(Npz, AnArchiveOfNothingIsAnError) {
  const auto tensors = parse_npz(std::string("PK\5\6") + std::string(18, '\0'));
  ASSERT_FALSE(tensors);
  EXPECT_EQ(tensors.error().message, "it holds no array");
}

TEST(Npz, WrongChecksumsAndMethodsAreErrors) {
  ZipEntry entry{"a.npy", npy_bytes("<i4", "(1,)", "1234")};
  entry.crc_flip = 1;
  EXPECT_THAT(parse_npz(zip_bytes({entry})).error().message, HasSubstr("checksum"));
  entry.crc_flip = 0;
  entry.claimed_method = 12;
  EXPECT_EQ(parse_npz(zip_bytes({entry})).error().kind, ErrorKind::kUnsupported);
}

TEST(Npz, EveryTruncationIsAnError) {
  const std::string whole =
      zip_bytes({{"a.npy", npy_bytes("<i4", "(1,)", "1234"), ZipEntry::kDeflated}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_npz(whole.substr(0, size))) << size;
  }
}

TEST(Npz, ErrorsNameTheFileAndTheArray) {
  const joulemark::testing::ScratchFolder folder;
  const auto path = folder.write("inputs.npz", zip_bytes({{"ids.npy", "no array"}}));
  const auto tensors = read_npz(path);
  EXPECT_THAT(tensors.error().message, HasSubstr(path.string()));
  EXPECT_THAT(tensors.error().message, HasSubstr("array 'ids.npy'"));
  EXPECT_THAT(read_npz(folder.path() / "absent.npz").error().message, HasSubstr("absent.npz"));
}

}  // namespace
}  // namespace joulemark::model
