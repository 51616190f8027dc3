// SPDX-License-Identifier: Apache-2.0
#include "sim/machine_file.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/random.h"
#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using testing::HasSubstr;

std::string complaint(const std::string& toml) {
  const auto machine = parse_machine(toml, "m.toml");
  return machine ? "" : machine.error().message;
}

std::string part(const std::string& lines) {
  return "name = 'm'\nscope.package-0 = {idle_w = 1}\n[[part]]\n" + lines;
}

TEST(MachineFile, EveryMachineThatComesAlongIsRead) {
  EXPECT_EQ(machine_names().size(), 15U);
  for (const std::string& name : machine_names()) {
    const Machine machine = expect(load_machine(name));
    EXPECT_EQ(machine.name, name);
    EXPECT_FALSE(machine.what.empty());
  }
}

TEST(MachineFile, AUsersOwnFileIsRead) {
  const Folder folder;
  const std::string file = (folder.path() / "mine.toml").string();
  std::ofstream(file) << part(
      "kind = 'powercap'\nat = 'intel-rapl:0'\nname = 'package-0'\n"
      "shows = 'package-0'\nunit = 1e-4\n");
  EXPECT_EQ(expect(load_machine(file)).parts.size(), 1U);
  EXPECT_THAT(load_machine("/nonexistent/m.toml").error().message, HasSubstr("cannot read"));
}

TEST(MachineFile, AnUnknownMachineIsRefusedWithTheNearestName) {
  EXPECT_THAT(load_machine("xeon-2").error().message, HasSubstr("did you mean 'xeon-2s'?"));
}

TEST(MachineFile, ComplaintsSayWhereAndWhat) {
  EXPECT_THAT(complaint("name = "), HasSubstr("m.toml:1:"));
  EXPECT_THAT(complaint("nme = 'x'"), HasSubstr("m.toml:1:1: unknown key 'nme'; did you mean"));
  EXPECT_THAT(complaint("what = 'x'"), HasSubstr("'name' is missing"));
  EXPECT_THAT(complaint("name = 'x'\nload = 'constant x'"), HasSubstr("m.toml:2:8: waveform"));
  EXPECT_THAT(complaint("name = 'x'\ntotal = ['a']"), HasSubstr("'a', which is no scope"));
  EXPECT_THAT(complaint("name = 'x'\nprocessors = {count = 0}"), HasSubstr("from 1 to 1024"));
  EXPECT_THAT(complaint("name = 'x'\nprocessors = {count = 3, sockets = 2}"),
              HasSubstr("multiple of sockets"));
}

TEST(MachineFile, PartsAreCheckedAsTheirKindAsks) {
  EXPECT_THAT(complaint(part("kind = 'powrcap'")), HasSubstr("did you mean 'powercap'?"));
  EXPECT_THAT(complaint(part("kind = 'perf'\nat = 'energy-pkg-cpu0'")), HasSubstr("needs 'shows'"));
  EXPECT_THAT(complaint(part("kind = 'file'\nat = 'a'\ntext = ''\nvolts = 3")),
              HasSubstr("unknown key 'volts'"));
  EXPECT_THAT(complaint(part("kind = 'perf'\nat = 'energy-all-cpu0'\nshows = 'package-0'\nunit=1")),
              HasSubstr("an event and a processor"));
  EXPECT_THAT(complaint(part("kind = 'perf'\nat = 'energy-pkg-cpu0'\nshows = 'core-0'\nunit = 1")),
              HasSubstr("no [scope.core-0]"));
  EXPECT_THAT(complaint(part("kind = 'perf'\nat = 'energy-pkg-cpu0'\nshows = 'package-0'\nunit=0")),
              HasSubstr("'unit' must be a number from"));
}

TEST(MachineFile, NothingStandsOutsideOfTheTree) {
  for (const char* at : {"../x", "/etc/x", "a/../../x", "a//b", "", "."})
    EXPECT_THAT(complaint(part(std::string("kind = 'file'\ntext = ''\nat = '") + at + "'")),
                HasSubstr("a path inside of the tree"))
        << at;
}

std::string refusal(const std::string& links) {
  const Folder folder;
  const auto world =
      SimWorld::create(folder.path(), expect(parse_machine("name = 'm'\n" + links, "m.toml")));
  return world ? "" : world.error().message;
}

TEST(MachineFile, NoLinkLeadsOutOfTheTree) {
  EXPECT_THAT(refusal("[[part]]\nkind = 'link'\nat = 'sys/x'\ntext = '../../etc'"),
              HasSubstr("leads out of the tree"));
  EXPECT_THAT(refusal("[[part]]\nkind = 'link'\nat = 'sys/x'\ntext = '/etc'"),
              HasSubstr("leads out of the tree"));
  EXPECT_THAT(refusal("[[part]]\nkind = 'link'\nat = 'a/b/c/d'\ntext = '../../../proc'\n"
                      "[[part]]\nkind = 'link'\nat = 'a/b/c/d/x'\ntext = '../../../q'"),
              HasSubstr("stands below a link"));
  EXPECT_THAT(refusal("[[part]]\nkind = 'link'\nat = 'proc'\ntext = 'sys'"),
              HasSubstr("cannot write"));
}

TEST(MachineFile, MutatedFilesAreReadOrRefusedWithAMessage) {
  Random random(5);
  const auto& machines = embedded_machines();
  for (int i = 0; i < 2000; ++i) {
    std::string toml = machines[random.below(machines.size())].toml;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const std::size_t at = random.below(toml.size());
      if (random.below(2) == 0)
        toml[at] = static_cast<char>(random.below(256));
      else
        toml.erase(at, 1 + random.below(8));
    }
    const auto machine = parse_machine(toml, "m.toml");
    EXPECT_TRUE(machine || machine.error().message.starts_with("m.toml:"));
  }
}

}  // namespace
}  // namespace joulemark::sim
