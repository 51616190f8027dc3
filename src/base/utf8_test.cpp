// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace joulemark {
namespace {

TEST(Utf8, DecodesTheShortestFormsOnly) {
  EXPECT_EQ(decode_utf8("é").code, U'é');
  EXPECT_EQ(decode_utf8("𝄞x").bytes, 4u);
  for (const std::string bad :
       {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(decode_utf8(bad).valid);
    EXPECT_EQ(decode_utf8(bad).bytes, 1u);
    EXPECT_EQ(decode_utf8(bad).code, U'\uFFFD');
  }
  EXPECT_TRUE(decode_utf8(kReplacementCharacter).valid);
}

TEST(Utf8, KnowsWhatTurnsTheDirection) {
  for (const char32_t code : {0x061C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069})
    EXPECT_TRUE(turns_direction(code));
  for (const char32_t code : {0x0041, 0x05D0, 0x200D, 0x2029, 0x202F, 0x2065, 0x206A})
    EXPECT_FALSE(turns_direction(code));
}

}  // namespace
}  // namespace joulemark
