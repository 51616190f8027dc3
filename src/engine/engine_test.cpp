// SPDX-License-Identifier: Apache-2.0
// Manifests, versions, discovery in folders made up for the test, and the plugin loader.
#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "engine/discovery.h"
#include "engine/elf_file.h"
#include "engine/manifest.h"
#include "engine/plugin.h"
#include "engine/version.h"

namespace joulemark::engine {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// A folder of its own for one test.
class Scratch {
 public:
  Scratch() {
    static std::atomic<int> count{0};
    root = fs::temp_directory_path() /
           ("joulemark-engine-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    fs::create_directories(root);
  }
  ~Scratch() { fs::remove_all(root); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file, std::ios::binary) << text;
  }

  fs::path root;
};

/// The first bytes of a shared object for a machine.
std::string elf(unsigned char machine) {
  std::string bytes =
      "\x7f"
      "ELF";
  bytes.resize(64, '\0');
  bytes[EI_CLASS] = ELFCLASS64;
  bytes[EI_DATA] = ELFDATA2LSB;
  bytes[EI_NIDENT] = ET_DYN;
  bytes[EI_NIDENT + 2] = static_cast<char>(machine);
  return bytes;
}

#if defined(__aarch64__)
constexpr unsigned char kOwn = EM_AARCH64;
constexpr unsigned char kOther = EM_X86_64;
#else
constexpr unsigned char kOwn = EM_X86_64;
constexpr unsigned char kOther = EM_AARCH64;
#endif

const std::string kManifest = R"(
name = "toy"
summary = "an engine of this test"
providers = ["cpu"]
precisions = ["f32"]
model_formats = ["onnx"]
[library]
files = ["libtoy.so", "libtoy.so.*"]
minimum_version = "1.5"
python_packages = ["toy-runtime"]
python_subdir = "toy/lib"
install_hint = "run 'get toy'"
[[option]]
key = "spin"
values = ["0", "1"]
pattern = "0|1"
default = "1"
help = "spins"
)";

/// One engine "toy" with a plugin, and empty places to look for its library in.
struct Machine : Scratch {
  Machine() {
    write("plugins/toy/engine.toml", kManifest);
    write("plugins/toy/libjoulemark_toy.so", "");
    path.plugin_dirs = {root / "plugins"};
    path.cache_dir = root / "cache";
    path.python_site_dirs = {root / "site"};
  }
  void install(const fs::path& folder, const std::string& version, unsigned char machine = kOwn) {
    write(folder / ("libtoy.so." + version), elf(machine));
  }
  SearchPath path;
};

TEST(Manifest, ReadsEveryKey) {
  const auto manifest = parse_manifest(kManifest, "engine.toml");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->name, "toy");
  EXPECT_THAT(manifest->providers, ElementsAre("cpu"));
  EXPECT_THAT(manifest->library_files, ElementsAre("libtoy.so", "libtoy.so.*"));
  EXPECT_EQ(manifest->minimum_version, "1.5");
  EXPECT_TRUE(manifest->needs_library);
  EXPECT_EQ(manifest->library_of, "");
  ASSERT_EQ(manifest->options.size(), 1U);
  EXPECT_EQ(manifest->options[0], (OptionRow{"spin", {"0", "1"}, "1", "spins", "0|1"}));
}

TEST(Manifest, NamesThePlaceOfAWrongKey) {
  const auto manifest = parse_manifest("name = \"toy\"\nsumary = \"x\"\n", "e.toml");
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().message, "e.toml:2:10: unknown key 'sumary'; did you mean 'summary'?");
}

TEST(Manifest, RefusesWrongTypesAndWrongToml) {
  for (const char* text :
       {"name = \"x\"\n[[option]]\nkey = \"k\"\npattern = \"(\"", "name = 3",
        "name = \"x\"\nproviders = \"cpu\"", "name = \"x\"\nproviders = [1]",
        "name = \"x\"\nlibrary = 1", "name = \"x\"\noption = 1", "name = \"x\"\noption = [1]",
        "name = \"x\"\n[library]\nneeded = 1", "name = \"x\"", "name =", "[library]", "",
        "name = \"x\"\n[library]\nneeded = false\n[[option]]\nhelp = \"no key\""}) {
    const auto manifest = parse_manifest(text, "e.toml");
    ASSERT_FALSE(manifest) << text;
    EXPECT_THAT(manifest.error().message, HasSubstr("e.toml")) << text;
  }
}

TEST(Version, PrefixEndsAtADot) {
  EXPECT_TRUE(version_matches("1.31.1", "1.31"));
  EXPECT_TRUE(version_matches("1.31.1", "1"));
  EXPECT_TRUE(version_matches("1.31.1", "1.31.1"));
  EXPECT_TRUE(version_matches("1.31.1", ""));
  EXPECT_FALSE(version_matches("1.31.1", "1.3"));
  EXPECT_FALSE(version_matches("1.31", "1.31.1"));
}

TEST(Version, ComparesNumbersNotText) {
  EXPECT_EQ(compare_versions("1.9", "1.16"), -1);
  EXPECT_EQ(compare_versions("1.16.0", "1.16"), 0);
  EXPECT_EQ(compare_versions("2026.4.1", "2024"), 1);
}

TEST(Version, IsFoundInAFileName) {
  EXPECT_EQ(version_in_file_name("libonnxruntime.so.1.31.1"), "1.31.1");
  EXPECT_EQ(version_in_file_name("libonnxruntime.so.1"), std::nullopt);
  EXPECT_EQ(version_in_file_name("libopenvino_c.so.2641"), std::nullopt);
  EXPECT_EQ(version_in_file_name("libtoy.so"), std::nullopt);
}

TEST(Elf, TellsAnotherMachineFromNoLibrary) {
  const Scratch scratch;
  scratch.write("own.so", elf(kOwn));
  scratch.write("other.so", elf(kOther));
  scratch.write("text.so", "not a library");
  scratch.write("short.so", "\x7f");
  EXPECT_TRUE(check_elf(scratch.root / "own.so"));
  EXPECT_THAT(check_elf(scratch.root / "other.so").error().message, HasSubstr("is built for"));
  EXPECT_THAT(check_elf(scratch.root / "text.so").error().message, HasSubstr("no shared object"));
  EXPECT_THAT(check_elf(scratch.root / "short.so").error().message, HasSubstr("no shared object"));
  EXPECT_FALSE(check_elf(scratch.root / "missing.so"));
}

TEST(Elf, TellsALibraryThatIsCutShort) {
  const Scratch scratch;
  std::ifstream self("/proc/self/exe", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(self)), {});
  scratch.write("whole.so", whole);
  scratch.write("half.so", whole.substr(0, 4096));  // debug information may be more than half
  EXPECT_TRUE(check_elf(scratch.root / "whole.so"));
  const auto half = check_elf(scratch.root / "half.so");
  ASSERT_FALSE(half);
  EXPECT_THAT(half.error().message, HasSubstr("'half.so' is cut short"));
}

TEST(Elf, DoesNotWaitForAPipe) {
  const Scratch scratch;
  ASSERT_EQ(mkfifo((scratch.root / "pipe.so").c_str(), 0600), 0);
  EXPECT_THAT(check_elf(scratch.root / "pipe.so").error().message, HasSubstr("is no file"));
}

TEST(Discovery, PassesOverWhatIsNoFile) {
  Machine machine;
  fs::create_directories(machine.root / "mine");
  ASSERT_EQ(mkfifo((machine.root / "mine/libtoy.so.1.9.0").c_str(), 0600), 0);
  fs::create_directories(machine.root / "mine/libtoy.so");
  machine.path.roots["toy"] = (machine.root / "mine").string();
  EXPECT_THAT(find_engine("toy", machine.path).error().message, HasSubstr("no file there matches"));
  machine.install("mine", "1.8.0");
  EXPECT_EQ(find_engine("toy", machine.path)->version, "1.8.0");
}

TEST(Discovery, TakesTheNewestOfTheCache) {
  Machine machine;
  machine.install("cache/toy/1.9.0", "1.9.0");
  machine.install("cache/toy/1.10.0", "1.10.0");
  const auto install = find_engine("toy", machine.path);
  ASSERT_TRUE(install) << install.error().message;
  EXPECT_EQ(install->version, "1.10.0");
  EXPECT_EQ(install->found_by, "cache");
  EXPECT_EQ(install->library_dir, (machine.root / "cache/toy/1.10.0").string());
  EXPECT_EQ(install->plugin, (machine.root / "plugins/toy/libjoulemark_toy.so").string());
}

TEST(Discovery, SelectsAVersionByPrefix) {
  Machine machine;
  machine.install("cache/toy/1.9.0", "1.9.0");
  machine.install("cache/toy/1.10.0", "1.10.0");
  EXPECT_EQ(find_engine("toy@1.9", machine.path)->version, "1.9.0");
  const auto none = find_engine("toy@1.1", machine.path);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kMachine);
  EXPECT_EQ(
      none.error().message,
      fmt::format("cannot use engine 'toy@1.1': there is only 1.10.0 in '{0}/1.10.0', 1.9.0 in "
                  "'{0}/1.9.0'; name a version that is there, or give "
                  "'--engine-root toy@1.1=FOLDER'",
                  (machine.root / "cache/toy").string()));
}

TEST(Discovery, LooksAtOptionThenEnvironmentThenCacheThenPython) {
  Machine machine;
  machine.install("named", "1.6.0");
  machine.install("variable", "1.7.0");
  machine.install("cache/toy/1.8.0", "1.8.0");
  machine.install("site/toy/lib", "1.9.0");
  machine.write("site/toy_runtime-1.9.0.dist-info/METADATA", "");
  machine.path.roots = {{"toy", (machine.root / "named").string()}};
  machine.path.environment = {{"JOULEMARK_TOY_ROOT", (machine.root / "variable").string()}};
  const auto listings = list_engines(machine.path);
  ASSERT_EQ(listings.size(), 1U);
  std::vector<std::string> found;
  for (const EngineInstall& install : listings[0].installs)
    found.push_back(install.found_by + " " + install.version);
  EXPECT_THAT(found,
              ElementsAre("option 1.6.0", "environment 1.7.0", "cache 1.8.0", "python 1.9.0"));
}

TEST(Discovery, ARootOfOneVersionStandsBesideTheOthers) {
  Machine machine;
  machine.write("old/libtoy.so", elf(kOwn));
  machine.install("cache/toy/1.10.0", "1.10.0");
  machine.path.roots = {{"toy@1.6", (machine.root / "old").string()}};
  EXPECT_EQ(find_engine("toy@1.6", machine.path)->library_dir, (machine.root / "old").string());
  EXPECT_EQ(find_engine("toy@1.10", machine.path)->version, "1.10.0");
}

TEST(Discovery, AFolderThatTheUserNamedIsNeverPassedOver) {
  Machine machine;
  machine.install("cache/toy/1.10.0", "1.10.0");
  machine.install("other", "1.10.0", kOther);
  machine.path.roots = {{"toy", (machine.root / "other").string()}};
  const auto wrong = find_engine("toy", machine.path);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("is built for"));
  machine.path.roots = {{"toy", (machine.root / "nowhere").string()}};
  const auto missing = find_engine("toy", machine.path);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("no file there matches 'libtoy.so'"));
}

TEST(Discovery, SaysWhatIsTooOldAndHowToGetOne) {
  Machine machine;
  machine.install("cache/toy/1.4.0", "1.4.0");
  const auto old = find_engine("toy", machine.path);
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(old.error().message,
              HasSubstr("version 1.4.0 is too old, 1.5 is the oldest that works; run 'get toy'"));
}

TEST(Discovery, SaysHowToGetAMissingEngine) {
  const Machine machine;
  const auto missing = find_engine("toy", machine.path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(missing.error().message, HasSubstr("run 'get toy'"));
}

TEST(Discovery, SuggestsANearName) {
  const Machine machine;
  const auto unknown = find_engine("tou", machine.path);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(unknown.error().message, "unknown engine 'tou'; did you mean 'toy'?");
}

TEST(Discovery, ABrokenManifestIsListedWithItsError) {
  Machine machine;
  machine.write("plugins/broken/engine.toml", "name = ");
  const auto listings = list_engines(machine.path);
  ASSERT_EQ(listings.size(), 2U);
  EXPECT_EQ(listings[0].manifest.name, "broken");
  EXPECT_THAT(listings[0].reason, HasSubstr("engine.toml:1"));
}

TEST(Discovery, LeavesFoldersAloneThatAreStillBeingFilled) {
  Machine machine;
  machine.install("cache/toy/1.10.0.partial", "1.10.0");
  EXPECT_FALSE(find_engine("toy", machine.path));
}

/// "toy", whose library stands in lib/ and tells its version in a file; and "wise", which uses it.
struct SharedLibrary : Machine {
  SharedLibrary() {
    std::string manifest = kManifest;
    manifest.insert(manifest.find("files"),
                    "subdir = \"lib\"\nversion_files = [\"../version.py\", \"../build\"]\n");
    write("plugins/toy/engine.toml", manifest);
    manifest.replace(manifest.find("\"toy\""), 5, "\"wise\"");
    manifest.insert(manifest.find("subdir"), "of = \"toy\"\n");
    write("plugins/wise/engine.toml", manifest);
    write("plugins/wise/libjoulemark_wise.so", "");
  }
  void install_tree(const fs::path& folder, const std::string& version) {
    write(folder / "lib/libtoy.so", elf(kOwn));
    write(folder / "version.py", "version = '" + version + "+cpu'\n");
  }
};

TEST(SharedLibrary, IsFoundInItsSubfolderWithTheVersionOfItsFile) {
  SharedLibrary machine;
  machine.install_tree("named", "1.6.2");
  machine.path.roots = {{"toy", (machine.root / "named").string()}};
  const auto install = find_engine("toy", machine.path);
  ASSERT_TRUE(install) << install.error().message;
  EXPECT_EQ(install->version, "1.6.2");
  EXPECT_EQ(install->library_dir, (machine.root / "named/lib").string());
  machine.path.roots = {{"toy", (machine.root / "named/lib").string()}};
  EXPECT_EQ(find_engine("toy", machine.path)->library_dir, (machine.root / "named/lib").string());
}

TEST(SharedLibrary, TheFirstVersionFileThatTellsCounts) {
  SharedLibrary machine;
  machine.install_tree("cache/toy/1.9.0", "unknown");
  EXPECT_EQ(find_engine("toy", machine.path)->version, "1.9.0");
  machine.write("cache/toy/1.9.0/build", "1.9.1");
  EXPECT_EQ(find_engine("toy", machine.path)->version, "1.9.1");
}

TEST(SharedLibrary, AVersionFileCanSayThatItIsTooOld) {
  SharedLibrary machine;
  machine.install_tree("cache/toy/1.4.0", "1.4.0");
  EXPECT_THAT(find_engine("toy", machine.path).error().message, HasSubstr("1.4.0 is too old"));
}

TEST(SharedLibrary, ServesTheEngineThatSaysSoFromEveryPlace) {
  SharedLibrary machine;
  machine.install_tree("named", "1.6.0");
  machine.install_tree("own", "1.6.1");
  machine.install_tree("variable", "1.7.0");
  machine.install_tree("cache/toy/1.8.0", "1.8.0");
  machine.path.roots = {{"toy", (machine.root / "named").string()},
                        {"wise", (machine.root / "own").string()}};
  machine.path.environment = {{"JOULEMARK_TOY_ROOT", (machine.root / "variable").string()}};
  const auto listings = list_engines(machine.path);
  ASSERT_EQ(listings.size(), 2U);
  std::vector<std::string> found;
  for (const EngineInstall& install : listings[1].installs)
    found.push_back(install.engine + " " + install.found_by + " " + install.version);
  EXPECT_THAT(found, ElementsAre("wise option 1.6.1", "wise option 1.6.0", "wise environment 1.7.0",
                                 "wise cache 1.8.0"));
  EXPECT_EQ(listings[0].installs.size(), 3U);  // "toy" knows nothing of "wise"
}

TEST(Plugin, RefusesWhatIsNoPlugin) {
  const Scratch scratch;
  scratch.write("text.so", "not a library");
  EXPECT_FALSE(Plugin::load((scratch.root / "text.so").string()));
  EXPECT_FALSE(Plugin::load((scratch.root / "missing.so").string()));
  EXPECT_FALSE(Plugin::load("libm.so.6"));
}

}  // namespace
}  // namespace joulemark::engine
