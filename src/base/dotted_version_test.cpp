// SPDX-License-Identifier: Apache-2.0
// Versions in the files that packages and headers carry.
#include "base/dotted_version.h"

#include <gtest/gtest.h>

namespace joulemark {
namespace {

TEST(DottedVersion, IsFoundInAPythonFile) {
  EXPECT_EQ(find_dotted_version("from x import y\n__version__ = '2.13.0+cu130'\ncuda = '13.0'\n"),
            "2.13.0");
}

TEST(DottedVersion, IsFoundInAHeader) {
  EXPECT_EQ(find_dotted_version("#define MAJOR 2\n#define VERSION \\\n  \"2.6.1\"\n"), "2.6.1");
}

TEST(DottedVersion, KeepsTheLettersOfAPreRelease) {
  EXPECT_EQ(find_dotted_version("2.9.0a0+git1234"), "2.9.0a0");
  EXPECT_EQ(find_dotted_version("2.9.0.dev20250901+cpu"), "2.9.0.dev20250901");
}

TEST(DottedVersion, EndsBeforeTheEndOfASentence) {
  EXPECT_EQ(find_dotted_version("this is 1.2.3."), "1.2.3");
}

TEST(DottedVersion, NeedsThreeNumbers) {
  EXPECT_EQ(find_dotted_version("13.0 and 2. and 1..2.3 and 4.5.x"), "");
  EXPECT_EQ(find_dotted_version("13.0 but 1.2.3"), "1.2.3");
  EXPECT_EQ(find_dotted_version("1.2."), "");
  EXPECT_EQ(find_dotted_version("1.2"), "");
  EXPECT_EQ(find_dotted_version(""), "");
}

}  // namespace
}  // namespace joulemark
