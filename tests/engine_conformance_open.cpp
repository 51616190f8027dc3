// SPDX-License-Identifier: Apache-2.0
// How engines answer an open that cannot work; each in a process of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "engine_conformance.h"
#include "engine_conformance_models.h"

namespace joulemark::conformance {
namespace {

using testing::HasSubstr;

/// Starts this program anew as `--try-open FD PLUGIN LIBRARY_DIR PROVIDER THREADS [KEY VALUE]…`.
[[noreturn]] void exec_try(const OpenChange& change, int out) {
  std::vector<std::string> words = {
      "engine_conformance_test",     kTryOpen,           std::to_string(out),
      subject().install.plugin,      change.library_dir, change.provider,
      std::to_string(change.threads)};
  for (const jm_option& option : change.options) {
    words.emplace_back(option.key);
    words.emplace_back(option.value);
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  _exit(1);
}

std::string read_all(int in) {
  std::string bytes;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(in, part.data(), part.size())) > 0;)
    bytes.append(part.data(), static_cast<std::size_t>(got));
  return bytes;
}

TEST(Open, MissingLibraryIsReportedWithItsFolder) {
  if (!subject().manifest.needs_library) GTEST_SKIP() << "this engine needs no library";
  const std::filesystem::path empty = subject().scratch / "empty";
  std::filesystem::create_directories(empty);
  const OpenOutcome outcome = try_open({.library_dir = empty.string()});
  EXPECT_EQ(outcome.status, JM_LIBRARY_MISSING);
  EXPECT_THAT(outcome.message, HasSubstr(empty.string()));
}

TEST(Open, FileThatIsNoLibraryIsUnusable) {
  if (!subject().manifest.needs_library) GTEST_SKIP() << "this engine needs no library";
  const std::filesystem::path folder = subject().scratch / "text";
  std::string name = subject().manifest.library_files.front();
  std::erase(name, '*');
  write_file(folder, name, "this is no library");
  const OpenOutcome outcome = try_open({.library_dir = folder.string()});
  EXPECT_EQ(outcome.status, JM_LIBRARY_UNUSABLE);
  EXPECT_THAT(outcome.message, HasSubstr(name));
}

TEST(Open, UnknownOptionIsNamed) {
  const OpenOutcome outcome = try_open({.options = {{"no_such_option", "1"}}});
  EXPECT_EQ(outcome.status, JM_INVALID_ARGUMENT);
  EXPECT_THAT(outcome.message, HasSubstr("no_such_option"));
}

TEST(Open, UnknownProviderIsNamed) {
  const OpenOutcome outcome = try_open({.provider = "abacus"});
  EXPECT_EQ(outcome.status, JM_UNSUPPORTED);
  EXPECT_THAT(outcome.message, HasSubstr("abacus"));
}

TEST(Open, NeedsAThread) {
  EXPECT_EQ(try_open({.threads = 0}).status, JM_INVALID_ARGUMENT);
}

TEST(Open, TakesEveryOptionOfTheManifestAtItsDefault) {
  std::vector<jm_option> options;
  for (const engine::OptionRow& row : subject().manifest.options)
    options.push_back({row.key.c_str(), row.default_value.c_str()});
  const OpenOutcome outcome = try_open({.options = options});
  EXPECT_EQ(outcome.status, JM_OK) << outcome.message;
}

TEST(Open, RefusesAValueThatTheManifestDoesNotList) {
  for (const engine::OptionRow& row : subject().manifest.options) {
    if (row.values.empty()) continue;
    const OpenOutcome outcome = try_open({.options = {{row.key.c_str(), "no such value"}}});
    EXPECT_EQ(outcome.status, JM_INVALID_ARGUMENT) << row.key;
    EXPECT_THAT(outcome.message, HasSubstr(row.key));
  }
}

}  // namespace

int answer_try(int argc, char** argv) {
  if (argc < 7) return 2;
  auto plugin = engine::Plugin::load(argv[3]);
  if (!plugin) return 2;
  std::vector<jm_option> options;
  for (int i = 7; i + 1 < argc; i += 2) options.push_back({argv[i], argv[i + 1]});
  jm_open_params params{};
  params.library_dir = argv[4];
  params.provider = argv[5];
  params.threads = std::stoi(argv[6]);
  params.options = options.data();
  params.option_count = options.size();
  jm_engine* engine = nullptr;
  jm_message message{};
  const std::int32_t status = plugin->api().open(&params, &engine, &message);
  const int out = std::stoi(argv[2]);
  const bool sent = write(out, &status, sizeof status) == sizeof status &&
                    write(out, message.text, sizeof message.text) == sizeof message.text;
  return sent ? 0 : 1;
}

OpenOutcome try_open(const OpenChange& change) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) exec_try(change, ends[1]);
  close(ends[1]);
  const std::string reply = read_all(ends[0]);
  close(ends[0]);
  int state = 0;
  waitpid(child, &state, 0);
  OpenOutcome outcome;
  if (reply.size() != sizeof(std::int32_t) + JM_MESSAGE_SIZE) return outcome;
  std::int32_t status = 0;
  std::memcpy(&status, reply.data(), sizeof status);
  outcome.status = status;
  outcome.message = reply.c_str() + sizeof status;
  return outcome;
}

}  // namespace joulemark::conformance
