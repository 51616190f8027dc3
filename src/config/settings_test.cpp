// SPDX-License-Identifier: Apache-2.0
// The table of settings, texts from the command line, and the manual that shows the table.
#include "config/settings.h"

#include <gmock/gmock.h>

#include <set>

#include "base/file.h"
#include "config/validate.h"

namespace joulemark::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Experiment with(const std::string& flag, const std::string& text) {
  Experiment experiment;
  const Status status = set_from_text(experiment, *find_flag(flag), text);
  EXPECT_TRUE(status) << status.error().message;
  return experiment;
}

std::string rejection(const std::string& flag, const std::string& text) {
  Experiment experiment;
  const Status status = set_from_text(experiment, *find_flag(flag), text);
  return status ? "(accepted)" : status.error().message;
}

TEST(Settings, HaveUniqueKeysAndFlags) {
  std::set<std::string> seen;
  for (const auto& setting : settings()) {
    EXPECT_TRUE(seen.insert(setting.key).second) << setting.key;
    if (*setting.flag != '\0') {
      EXPECT_TRUE(seen.insert(setting.flag).second) << setting.flag;
    }
  }
}

TEST(Settings, HaveDefaultsWithinTheirBounds) {
  Experiment experiment;
  experiment.models.resize(1);
  experiment.models[0].name = experiment.models[0].source = "null:x";
  experiment.factors.engine = {"null"};
  EXPECT_TRUE(validate(experiment));
  EXPECT_EQ(default_text(*find_setting("protocol.repetitions")), "10");
  EXPECT_EQ(default_text(*find_setting("factors.provider")), "[\"cpu\"]");
}

TEST(Settings, AreShownInTheManualAsTheyAre) {
  const auto manual = read_file(JOULEMARK_SOURCE_DIR "/docs/experiment-file.md");
  ASSERT_TRUE(manual) << manual.error().message;
  EXPECT_THAT(*manual, HasSubstr(settings_markdown()))
      << "docs/experiment-file.md is out of date: put the output of 'joulemark help settings' "
         "there";
}

TEST(SettingText, TakesNumbersListsAndRanges) {
  EXPECT_EQ(with("--duration", "2.5").protocol.duration_s, 2.5);
  EXPECT_EQ(with("--seed", "18").seed, 18u);
  EXPECT_THAT(with("--engine", "a,b@1.2").factors.engine, ElementsAre("a", "b@1.2"));
  EXPECT_THAT(with("--threads", "1,2,8").factors.threads, ElementsAre(1, 2, 8));
  EXPECT_THAT(with("--threads", "1-4").factors.threads, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(with("--threads", "1-8*2").factors.threads, ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(with("--affinity", "0-6+2,7").affinity, ElementsAre(0, 2, 4, 6, 7));
}

TEST(SettingText, TakesARateWithItsUnit) {
  EXPECT_EQ(with("--rate", "5").protocol.rate, 5);
  EXPECT_EQ(with("--rate", "0.5/s").protocol.rate, 0.5);
  EXPECT_EQ(rejection("--rate", "5/min"), "--rate must be a number, not '5/min'");
  EXPECT_EQ(rejection("--rate", "/s"), "--rate must be a number, not '/s'");
  EXPECT_EQ(rejection("--duration", "5/s"), "--duration must be a number, not '5/s'");
}

TEST(SettingText, RejectsWhatIsNoSuchValue) {
  EXPECT_EQ(rejection("--repetitions", "three"), "--repetitions must be an integer, not 'three'");
  EXPECT_EQ(rejection("--duration", "1s"), "--duration must be a number, not '1s'");
  EXPECT_EQ(rejection("--duration", "nan"), "--duration must be a number, not 'nan'");
  EXPECT_EQ(rejection("--threads", "1,,2"),
            "--threads must be integers like 1,2,8 or a range like 1-4, 0-6+2, 1-8*2, not '1,,2'");
  for (const auto* text : {"", "4-1", "1-4*1", "0-8*2", "1-4+0", "1-2-3", "1-", "1-2000000000",
                           "99999999999", "1.5", "1-4+"})
    EXPECT_THAT(rejection("--threads", text), HasSubstr("must be integers")) << text;
}

TEST(Validation, SpeaksOfFlagsWhereThereAreSome) {
  Experiment experiment = with("--threads", "1,1,0");
  experiment.factors.engine = {"null"};
  experiment.models.resize(1);
  experiment.models[0].name = experiment.models[0].source = "null:x";
  const auto status = validate(experiment);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "--threads must be 1 to 4096, not 0\n"
            "--threads repeats 1");
}

}  // namespace
}  // namespace joulemark::config
