// SPDX-License-Identifier: Apache-2.0
// The one way to a database: values bound by position, rows out, failures by kind. Hides SOCI.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace joulemark::store {

/// Bytes; kept apart from text, which databases treat differently.
struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

/// A value to bind, or one that came back. monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

enum class ColumnType { kInteger, kReal, kText, kBlob };

/// A column that is bound or read, in the order of the SQL text.
struct Column {
  std::string name;
  ColumnType type;
};

enum class Failure {
  kBusy,        ///< another process held it for longer than the time-out
  kConstraint,  ///< a unique key or check refused it
  kFull,        ///< no space
  kReadOnly,    ///< not allowed to write
  kCannotOpen,
  kNotADatabase,
  kDamaged,   ///< the file contradicts itself
  kIo,        ///< the device or a limit refused a read or write
  kLost,      ///< the connection to a server broke
  kConflict,  ///< serialisation; the transaction may be tried again
  kOther
};

struct SqlError {
  Failure failure = Failure::kOther;
  std::string text;  ///< the database's own words
};

template <class T>
using SqlResult = tl::expected<T, SqlError>;
using SqlStatus = SqlResult<void>;

enum class Access {
  kReadOnly,
  kReadOnlyMedium,  ///< nobody can write: the file is read without any lock
  kReadTidily,      ///< reads, and as the last to close removes the files of the write-ahead log
  kReadWriteCreate
};

/// An open database. SQL is the subset that SQLite and PostgreSQL share: named parameters in the
/// order of the values, `cast(:x as blob)` around blobs, one scalar each, one statement a call.
///
/// NaN is bound as NULL, for SQLite would do so silently: it comes back as monostate, and the
/// caller says what that means. Use from one thread at a time.
class Database {
 public:
  /// A SQLite file. Statements wait `busy_s` seconds for other processes.
  static SqlResult<Database> open_sqlite(const std::string& path, Access access, int busy_s);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs a statement that gives no rows.
  SqlStatus execute(const std::string& sql, const std::vector<Value>& values = {});

  /// Calls `each` for every row until it answers false. The values are valid during the call.
  using Row = std::vector<Value>;
  SqlStatus query(const std::string& sql, const std::vector<Value>& values,
                  const std::vector<Column>& columns, const std::function<bool(Row&)>& each);

  /// Runs `body` in one transaction that excludes other writers from its start: a transaction that
  /// reads first and writes then would fail at once where another wrote between. Rolls back when
  /// `body` fails. Inside of another one it is a part of that.
  SqlStatus write_transaction(const std::function<SqlStatus()>& body);

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulemark::store
