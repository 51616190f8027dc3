// SPDX-License-Identifier: Apache-2.0
// The fixture of the store's tests: a folder of its own, and a store with an odd name in it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/database.h"
#include "store/store.h"

namespace joulemark::store {

class StoreTest : public testing::Test {
 public:
  StoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "joulemark-store-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = (folder_ / "odd name%20'\" ü.db").string();
  }
  ~StoreTest() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

 protected:
  Store open(OpenMode mode = OpenMode::kReadWrite) const {
    auto store = Store::open(path_, mode);
    if (!store) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }
  Error open_error(const std::string& path, OpenMode mode) const {
    const auto store = Store::open(path, mode);
    return store ? Error{ErrorKind::kFailed, "it was opened"} : store.error();
  }
  /// Runs plain SQL on the file.
  void sql(const std::vector<std::string>& statements) const {
    auto database = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
    for (const std::string& statement : statements) {
      const auto done = database->execute(statement);
      ASSERT_TRUE(done) << statement << ": " << done.error().text;
    }
  }
  std::filesystem::path folder_;
  std::string path_;
};

}  // namespace joulemark::store
