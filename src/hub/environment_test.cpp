// SPDX-License-Identifier: Apache-2.0
// The variables of the Python package, and what they must not show.
#include "hub/environment.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

namespace joulemark::hub {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<HubEnvironment> read(const std::map<std::string, std::string>& variables) {
  return read_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(HubEnvironment, TheCacheIsWhereThePythonPackageHasIt) {
  EXPECT_EQ(read({{"HOME", "/h"}})->cache, "/h/.cache/huggingface/hub");
  EXPECT_EQ(read({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}})->cache, "/c/huggingface/hub");
  EXPECT_EQ(read({{"HOME", "/h"}, {"HF_HOME", "~/hf"}, {"XDG_CACHE_HOME", "/c"}})->cache,
            "/h/hf/hub");
  EXPECT_EQ(read({{"HF_HOME", "/hf"}, {"HUGGINGFACE_HUB_CACHE", "/old"}})->cache, "/old");
  EXPECT_EQ(read({{"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HUB_CACHE", "/new"}})->cache, "/new");
  EXPECT_EQ(read({}).error().kind, ErrorKind::kMachine);
}

TEST(HubEnvironment, TheTokenComesFromItsVariableOrTheFileOfALogin) {
  const std::filesystem::path home = testing::TempDir() + "/hub_environment_test";
  std::filesystem::create_directories(home);
  std::ofstream(home / "token") << "hf_file\n";
  std::ofstream(home / "other") << "hf_other";
  const std::string folder = home.string();
  EXPECT_EQ(read({{"HF_HOME", folder}})->token, "hf_file");
  EXPECT_EQ(read({{"HF_HOME", folder}})->token_source, folder + "/token");
  EXPECT_EQ(read({{"HF_HOME", folder}, {"HF_TOKEN", " hf_x\n"}})->token, "hf_x");
  EXPECT_EQ(read({{"HF_HOME", "/x"}, {"HF_TOKEN_PATH", folder + "/other"}})->token, "hf_other");
  EXPECT_EQ(read({{"HF_HOME", folder}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}})->token, "");
  std::filesystem::remove_all(home);
}

TEST(HubEnvironment, ATokenThatIsNoneIsNotQuoted) {
  const auto environment = read({{"HOME", "/h"}, {"HF_TOKEN", "hf_x\x01y"}});
  ASSERT_FALSE(environment);
  EXPECT_THAT(environment.error().message, HasSubstr("'HF_TOKEN'"));
  EXPECT_THAT(environment.error().message, Not(HasSubstr("hf_x")));
}

TEST(HubEnvironment, TheEndpointIsAnAddressWithoutSlashAtItsEnd) {
  EXPECT_EQ(read({{"HOME", "/h"}})->endpoint, "https://huggingface.co");
  EXPECT_EQ(read({{"HOME", "/h"}, {"HF_ENDPOINT", "http://m:8/x//"}})->endpoint, "http://m:8/x");
  for (const char* text : {"m", "ftp://m", "http://", "http://m?x", "http://me:pass@m?x"}) {
    const auto environment = read({{"HOME", "/h"}, {"HF_ENDPOINT", text}});
    ASSERT_FALSE(environment) << text;
    EXPECT_EQ(environment.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(environment.error().message, Not(HasSubstr("pass")));
  }
}

TEST(HubEnvironment, SwitchesAndTimesAreRead) {
  for (const char* on : {"1", "true", "ON", "Yes"})
    EXPECT_TRUE(read({{"HOME", "/h"}, {"HF_HUB_OFFLINE", on}})->offline) << on;
  EXPECT_FALSE(read({{"HOME", "/h"}, {"HF_HUB_OFFLINE", "0"}})->offline);
  EXPECT_TRUE(read({{"HOME", "/h"}, {"TRANSFORMERS_OFFLINE", "1"}})->offline);
  EXPECT_EQ(read({{"HOME", "/h"}, {"HF_HUB_DOWNLOAD_TIMEOUT", "30"}})->stall_timeout_s, 30);
  EXPECT_EQ(read({{"HOME", "/h"}, {"HF_HUB_ETAG_TIMEOUT", "2"}})->metadata_timeout_s, 2);
  for (const char* text : {"0", "-1", "x", "1.5", "99999999999"})
    EXPECT_FALSE(read({{"HOME", "/h"}, {"HF_HUB_ETAG_TIMEOUT", text}})) << text;
}

}  // namespace
}  // namespace joulemark::hub
