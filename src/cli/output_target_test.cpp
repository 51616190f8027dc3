// SPDX-License-Identifier: Apache-2.0
// Outputs never take the place of what is still needed.
#include "cli/output_target.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutputTarget : public ::testing::Test {
 protected:
  OutputTarget() : folder_(fs::path(::testing::TempDir()) / "joulemark_output_target") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~OutputTarget() override { fs::remove_all(folder_); }

  std::string complaint(const fs::path& target) {
    const auto status = check_output("--report", target, kept_);
    if (status) return "(no complaint)";
    EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
    return status.error().message;
  }
  fs::path file(const std::string& name, std::string_view text = "text") {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  const fs::path folder_;
  std::vector<KeptFile> kept_;
};

TEST_F(OutputTarget, MayBeNewOrAnOldPage) {
  EXPECT_EQ(complaint(folder_ / "new.html"), "(no complaint)");
  EXPECT_EQ(complaint(file("old.html")), "(no complaint)");
}

TEST_F(OutputTarget, IsNotTheStoreUnderAnyName) {
  kept_ = {{"the store", folder_ / "new.sqlite"}};
  EXPECT_THAT(complaint(folder_ / "new.sqlite"), HasSubstr("it is the store"));
  EXPECT_THAT(complaint(folder_ / "./x/../new.sqlite"), HasSubstr("it is the store"));
  EXPECT_THAT(complaint(folder_ / "new.sqlite-wal"), HasSubstr("it is the store"));
  fs::create_symlink("new.sqlite", folder_ / "soft");
  EXPECT_THAT(complaint(folder_ / "soft"), HasSubstr("it is the store"));
  file("new.sqlite");
  fs::create_hard_link(folder_ / "new.sqlite", folder_ / "hard");
  EXPECT_THAT(complaint(folder_ / "hard"), HasSubstr("it is the store"));
  EXPECT_THAT(complaint(folder_ / "soft"), HasSubstr("it is the store"));
}

TEST_F(OutputTarget, IsNoOtherDatabaseEither) {
  const fs::path other = file("other", std::string_view("SQLite format 3\0more", 20));
  EXPECT_THAT(complaint(other), HasSubstr("it is an SQLite database"));
  EXPECT_THAT(complaint(folder_ / "other-shm"), HasSubstr("it belongs to the database"));
}

TEST_F(OutputTarget, IsNoModelAndNoInput) {
  Experiment experiment;
  experiment.models.resize(2);
  experiment.models[0].source = file("m.onnx").string();
  experiment.models[0].inputs = file("in.npz").string();
  experiment.models[1].source = "null:x";
  kept_ = kept_files(experiment);
  EXPECT_THAT(complaint(folder_ / "m.onnx"), HasSubstr("it is the model"));
  EXPECT_THAT(complaint(folder_ / "in.npz"), HasSubstr("it is the inputs"));
}

TEST_F(OutputTarget, IsRefusedWhereNothingCanBeWritten) {
  EXPECT_THAT(complaint(folder_ / "no/page.html"), HasSubstr("No such file or directory"));
  EXPECT_THAT(complaint(folder_), HasSubstr("Is a directory"));
}

TEST_F(OutputTarget, MayBeAPipe) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(complaint(folder_ / "pipe"), "(no complaint)");
}

}  // namespace
}  // namespace joulemark::cli
