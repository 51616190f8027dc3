// SPDX-License-Identifier: Apache-2.0
// Settings are as they were afterwards, whatever ends the program, and what others set is left to
// them.
#include "host/prepare/preparation.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "host/kernel_file.h"
#include "host/server_fixture_test.h"

namespace joulemark::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kCpu = "sys/devices/system/cpu/";
const std::string kGovernor = kCpu + "cpufreq/policy0/scaling_governor";
const std::string kBoost = kCpu + "cpufreq/boost";
const std::string kPreference = kCpu + "cpufreq/policy0/energy_performance_preference";

class PreparationTest : public Server {
 public:
  PreparationTest() {
    setenv("XDG_STATE_HOME", (root_ / "state").c_str(), 1);
    write_server();
    write(kGovernor, "powersave\n");
    write(kPreference, "balance_power\n");
    write(kBoost, "1\n");
  }
  ~PreparationTest() override { unsetenv("XDG_STATE_HOME"); }

 protected:
  std::string value(const std::string& file) const {
    return read_small(root_ / file).value_or("unreadable");
  }
  std::vector<std::string> values() const {
    return {value(kGovernor), value(kPreference), value(kBoost)};
  }
  Result<Preparation> begin() {
    return Preparation::begin(
        root_, [this](const auto& changes) { announced_ = describe(changes); },
        [this](const Restored& restored) {
          for (const std::string& line : lines_of(restored)) told_.push_back(line);
        });
  }
  /// A process without a helper prepares the machine and is killed.
  void leave_prepared() {
    const pid_t child = fork();
    if (child == 0) {
      const auto path = record_path(root_);
      const auto record = ChangeRecord::take(*path);
      const auto changes = wanted_changes(root_);
      (void)record->write(changes);
      for (const auto& change : changes) (void)write_setting(root_ / change.file, change.wanted);
      raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_THAT(values(), ElementsAre("performance", "performance", "0"));
  }

  std::string announced_;
  std::vector<std::string> told_;
};

TEST_F(PreparationTest, TheMachineIsPreparedUntilTheEnd) {
  {
    const auto prepared = begin();
    ASSERT_TRUE(prepared) << prepared.error().message;
    EXPECT_THAT(values(), ElementsAre("performance", "performance", "0"));
    EXPECT_EQ(announced_,
              "scaling_governor powersave → performance, energy_performance_preference "
              "balance_power → performance, boost 1 → 0");
  }
  EXPECT_THAT(values(), ElementsAre("powersave", "balance_power", "1"));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("restored: scaling_governor performance → powersave")));
  EXPECT_THAT(entries_of(root_ / "state/joulemark", ""), IsEmpty());
}

TEST_F(PreparationTest, TheOldValuesAreOnTheDiskBeforeTheFirstChange) {
  std::vector<std::string> then;
  const auto prepared = Preparation::begin(
      root_, [&](const auto&) { then = values(); }, [](const Restored&) {});
  ASSERT_TRUE(prepared);
  EXPECT_THAT(then, ElementsAre("powersave", "balance_power", "1"));
  const auto files = entries_of(root_ / "state/joulemark", "prepared-b-1");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_THAT(read_small(files[0]).value_or(""), HasSubstr("boost\t1\t0"));
}

TEST_F(PreparationTest, WhatNeedsNoChangeIsNotTouched) {
  write(kGovernor, "performance\n");
  write(kBoost, "0\n");
  write(kPreference, "performance\n");
  const auto before = std::filesystem::last_write_time(root_ / kGovernor);
  { ASSERT_TRUE(begin()); }
  EXPECT_EQ(announced_, "");
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_EQ(std::filesystem::last_write_time(root_ / kGovernor), before);
}

TEST_F(PreparationTest, AGovernorThatIsNotThereIsNotSet) {
  write(kCpu + "cpufreq/policy0/scaling_available_governors", "powersave schedutil\n");
  const auto prepared = begin();
  ASSERT_TRUE(prepared);
  EXPECT_THAT(values(), ElementsAre("powersave", "performance", "0"));
}

TEST_F(PreparationTest, WhatSomebodySetSinceIsLeftToThem) {
  {
    const auto prepared = begin();
    write(kGovernor, "schedutil\n");
  }
  EXPECT_THAT(values(), ElementsAre("schedutil", "balance_power", "1"));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("restored"), HasSubstr("set it to 'schedutil' since")));
}

TEST_F(PreparationTest, WhatMayNotBeWrittenIsRefusedWithTheCommandAndAllIsRestored) {
  std::filesystem::remove(root_ / kBoost);
  // A folder refuses to be written even for root, whose rights know no file mode.
  write(kCpu + "intel_pstate/no_turbo", "0\n");
  std::filesystem::create_symlink("/proc/version", root_ / kBoost);  // readable, never writable
  const auto prepared = begin();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(prepared.error().message, HasSubstr("run it with sudo"));
  EXPECT_THAT(prepared.error().message, HasSubstr("sudo tee " + (root_ / kBoost).string()));
  EXPECT_EQ(value(kGovernor), "powersave");
  EXPECT_EQ(value(kPreference), "balance_power");
}

TEST_F(PreparationTest, TwoDoNotPrepareOneMachine) {
  const auto first = begin();
  ASSERT_TRUE(first);
  const auto second = begin();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another joulemark has prepared this machine"));
  EXPECT_FALSE(restore_left(root_));
  EXPECT_THAT(values(), ElementsAre("performance", "performance", "0"));
}

TEST_F(PreparationTest, TheHelperRestoresWhenTheProgramIsKilled) {
  const pid_t child = fork();
  if (child == 0) {
    const auto prepared = begin();
    write("child", prepared && value(kBoost) == "0" ? "has set it" : "has not");
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  // The record is locked for as long as the helper works.
  for (;;) {
    const auto path = record_path(root_);
    const auto record = ChangeRecord::take_left(*path);
    if (record && !*record) break;
    usleep(1000);
  }
  EXPECT_EQ(value("child"), "has set it");
  EXPECT_THAT(values(), ElementsAre("powersave", "balance_power", "1"));
}

TEST_F(PreparationTest, WhatADeadProgramLeftIsRestoredByTheNext) {
  leave_prepared();
  const auto restored = restore_left(root_);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->done.size(), 3U);
  EXPECT_THAT(values(), ElementsAre("powersave", "balance_power", "1"));
  EXPECT_THAT(lines_of(*restore_left(root_)), IsEmpty());
}

TEST_F(PreparationTest, TheNextPreparationRestoresFirst) {
  leave_prepared();
  { ASSERT_TRUE(begin()); }
  EXPECT_THAT(values(), ElementsAre("powersave", "balance_power", "1"));
}

TEST_F(PreparationTest, ARecordOfAnotherBootIsNotOfThisMachine) {
  leave_prepared();
  write("proc/sys/kernel/random/boot_id", "b-2\n");
  EXPECT_THAT(restore_left(root_)->done, IsEmpty());
  EXPECT_EQ(value(kBoost), "0");
}

TEST_F(PreparationTest, ARecordThatWasCutOffOrNamesOtherFilesRestoresNothing) {
  leave_prepared();
  const auto file = entries_of(root_ / "state/joulemark", "prepared-")[0];
  const std::string whole = *read_small(file) + "\n";
  std::ofstream(file) << whole.substr(0, whole.size() - 4);
  EXPECT_THAT(restore_left(root_)->done, IsEmpty());
  write("etc/passwd", "new\n");
  std::ofstream(file) << "joulemark prepared 1\netc/passwd\told\tnew\n"
                         "sys/devices/system/cpu/cpufreq/policy0/../../../x\told\tnew\nend\n";
  EXPECT_THAT(restore_left(root_)->done, IsEmpty());
  EXPECT_EQ(value("etc/passwd"), "new");
}

TEST_F(PreparationTest, WithoutAFolderForTheRecordNothingIsChanged) {
  const char* home = std::getenv("HOME");
  const std::string kept = home != nullptr ? home : "";
  unsetenv("XDG_STATE_HOME");
  unsetenv("HOME");
  const auto prepared = begin();
  if (!kept.empty()) setenv("HOME", kept.c_str(), 1);
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message, HasSubstr("set HOME"));
  EXPECT_THAT(values(), ElementsAre("powersave", "balance_power", "1"));
}

}  // namespace
}  // namespace joulemark::host
