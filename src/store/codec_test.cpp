// SPDX-License-Identifier: Apache-2.0
// Tests of the blobs: exact round trips, and refusal of everything that is none.
#include "store/codec.h"

#include <gmock/gmock.h>
#include <zstd.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace joulemark::store {
namespace {

using testing::HasSubstr;

std::string zstd(const std::string& bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 1));
  return packed;
}

TEST(Codec, DurationsComeBackExactlyAlsoAtTheLimits) {
  Random random(1);
  std::vector<std::int64_t> values = {
      0, -1, 1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
      0};
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<std::int64_t>(random.next()));
  EXPECT_EQ(decode_durations(*encode_durations(values)), values);
  EXPECT_EQ(decode_durations(*encode_durations({})), std::vector<std::int64_t>{});
}

TEST(Codec, UsualDurationsTakeAFewBytesEach) {
  Random random(2);
  std::vector<std::int64_t> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(2'000'000 + static_cast<std::int64_t>(random.normal() * 20'000));
  EXPECT_LT(encode_durations(values)->size(), 3500U);
}

TEST(Codec, SeriesComeBackExactlyWithInfinitiesAndNul) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<Series> all = {
      {"package-0 power", "W", {{5, 1.25}, {-7, -inf}, {1'000'000'000'000, 5e-324}}},
      {std::string("a\0b", 3), "", {}},
      {"°C", "°C", {{0, inf}}}};
  const auto back = decode_series(*encode_series(all));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ((*back)[i].name, all[i].name);
    EXPECT_EQ((*back)[i].unit, all[i].unit);
    ASSERT_EQ((*back)[i].samples.size(), all[i].samples.size());
    for (std::size_t k = 0; k < all[i].samples.size(); ++k) {
      EXPECT_EQ((*back)[i].samples[k].t_ns, all[i].samples[k].t_ns);
      EXPECT_EQ((*back)[i].samples[k].value, all[i].samples[k].value);
    }
  }
}

TEST(Codec, NanInASeriesStaysNan) {
  const auto back = decode_series(*encode_series({{"x", "", {{1, std::nan("")}}}}));
  EXPECT_TRUE(std::isnan((*back)[0].samples[0].value));
}

TEST(Codec, EveryTruncationIsRefused) {
  const std::string blob = *encode_durations({100, 200, 300, 40'000'000});
  for (std::size_t size = 0; size < blob.size(); ++size)
    EXPECT_FALSE(decode_durations(blob.substr(0, size))) << size;
  EXPECT_FALSE(decode_durations(blob + "x"));
}

TEST(Codec, FlippedBytesNeverCrash) {
  const std::string blob = *encode_series({{"power", "W", {{1, 2}, {3, 4}}}});
  for (std::size_t at = 0; at < blob.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = blob;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      (void)decode_series(bad);
      (void)decode_durations(bad);
    }
}

TEST(Codec, CountsBeyondTheBytesAreRefusedBeforeAllocation) {
  const std::string huge = "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  EXPECT_THAT(decode_durations(zstd(huge)).error(), HasSubstr("contradict"));
  EXPECT_THAT(decode_series(zstd(huge)).error(), HasSubstr("contradict"));
  EXPECT_THAT(decode_series(zstd(std::string("\x01", 1) + huge)).error(), HasSubstr("contradict"));
  EXPECT_THAT(decode_durations(zstd(std::string("\x02\x00", 2))).error(), HasSubstr("contradict"));
}

TEST(Codec, UnpackingStopsAtTheLimit) {
  const std::string bomb = zstd(std::string(kMaxUnpackedBytes + 1, '\0'));
  ASSERT_LT(bomb.size(), 1U << 20);
  EXPECT_THAT(decode_text(bomb).error(), HasSubstr("more than 64 MiB"));
  EXPECT_THAT(encode_text(std::string(kMaxUnpackedBytes + 1, 'x')).error(),
              HasSubstr("more than 64 MiB"));
}

}  // namespace
}  // namespace joulemark::store
