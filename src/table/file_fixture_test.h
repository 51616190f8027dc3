// SPDX-License-Identifier: Apache-2.0
// A file with given contents for the time of a test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace joulemark::table {

class FileFixture : public testing::Test {
 protected:
  FileFixture()
      : path_(std::filesystem::temp_directory_path() /
              ("joulemark_table_" + std::to_string(getpid()) + ".csv")) {}
  ~FileFixture() override {
    std::error_code error;
    std::filesystem::remove(path_, error);
  }
  const std::filesystem::path& file(const std::string& contents) {
    std::ofstream(path_, std::ios::binary) << contents;
    return path_;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace joulemark::table
