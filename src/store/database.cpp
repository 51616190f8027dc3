// SPDX-License-Identifier: Apache-2.0
// SOCI behind the wrapper. Statements are prepared anew but for the inserts of one transaction,
// which are bound to scalars: a reused one with vectors sends its first values again on PostgreSQL.
#include "store/database.h"

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cmath>
#include <deque>
#include <filesystem>
#include <unordered_map>

namespace joulemark::store {
namespace {

/// SQLite's primary result codes.
Failure failure_of_sqlite(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Failure::kBusy;
    case SQLITE_CONSTRAINT:
      return Failure::kConstraint;
    case SQLITE_FULL:
      return Failure::kFull;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Failure::kReadOnly;
    case SQLITE_CANTOPEN:
      return Failure::kCannotOpen;
    case SQLITE_NOTADB:
      return Failure::kNotADatabase;
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // our statements are right, so what they name is gone
      return Failure::kDamaged;
    case SQLITE_IOERR:
      return Failure::kIo;
    default:
      return Failure::kOther;
  }
}

/// SQLite's own words; those of SOCI hold the statement, which tells a user nothing.
std::string text_of_sqlite(int result) {
  return (result & 0xff) == SQLITE_ERROR ? "a table or a column is missing"
                                         : sqlite_api::sqlite3_errstr(result);
}

/// Runs `call`, and turns what SOCI throws into a value.
template <class Call>
SqlStatus guarded(Call&& call) {
  try {
    call();
    return {};
  } catch (const soci::sqlite3_soci_error& error) {
    return tl::unexpected<SqlError>(
        {failure_of_sqlite(error.result()), text_of_sqlite(error.result())});
  } catch (const std::exception& error) {
    return tl::unexpected<SqlError>({Failure::kOther, error.what()});
  }
}

/// Bound values need addresses that live as long as the statement.
struct Binding {
  soci::indicator indicator = soci::i_ok;
  long long integer = 0;
  double real = 0;
  std::string text;
};

/// Takes the value to where the statement reads it.
void set(Binding& binding, const Value& value) {
  binding.indicator = soci::i_ok;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    binding.integer = *integer;
  } else if (const auto* real = std::get_if<double>(&value)) {
    binding.real = *real;
    if (std::isnan(*real)) binding.indicator = soci::i_null;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    binding.text = *text;
  } else if (const auto* blob = std::get_if<Blob>(&value)) {
    binding.text = blob->bytes;
  } else {
    binding.indicator = soci::i_null;
  }
}

void bind(soci::statement& statement, Binding& binding, const Value& value) {
  set(binding, value);
  if (std::holds_alternative<std::int64_t>(value)) {
    statement.exchange(soci::use(binding.integer, binding.indicator));
  } else if (std::holds_alternative<double>(value)) {
    statement.exchange(soci::use(binding.real, binding.indicator));
  } else {
    statement.exchange(soci::use(binding.text, binding.indicator));
  }
}

void bind_result(soci::statement& statement, Binding& binding, ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      statement.exchange(soci::into(binding.integer, binding.indicator));
      return;
    case ColumnType::kReal:
      statement.exchange(soci::into(binding.real, binding.indicator));
      return;
    case ColumnType::kText:
    case ColumnType::kBlob:
      statement.exchange(soci::into(binding.text, binding.indicator));
      return;
  }
}

Value value_of(Binding& binding, ColumnType type) {
  if (binding.indicator == soci::i_null) return std::monostate{};
  switch (type) {
    case ColumnType::kInteger:
      return std::int64_t{binding.integer};
    case ColumnType::kReal:
      return binding.real;
    case ColumnType::kText:
      return std::move(binding.text);
    case ColumnType::kBlob:
      return Blob{std::move(binding.text)};
  }
  return std::monostate{};
}

/// The file as a URI: safe for every character of a path.
std::string sqlite_uri(const std::string& path, Access access) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' ||
                       c == '-' || c == '_';
    uri += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  switch (access) {
    case Access::kReadOnly:
      return uri + "?mode=ro";
    case Access::kReadOnlyMedium:
      return uri + "?mode=ro&immutable=1";
    case Access::kReadTidily:
      return uri + "?mode=rw";
    case Access::kReadWriteCreate:
      break;
  }
  return uri + "?mode=rwc";
}

/// A statement and the places that it reads and writes.
struct Prepared {
  explicit Prepared(soci::session& session) : statement(session) {}
  std::deque<Binding> bindings;  ///< of the values, then of the columns
  soci::statement statement;
};

void prepare(Prepared& prepared, const std::string& sql, const std::vector<Value>& values,
             const std::vector<Column>& columns) {
  soci::statement& statement = prepared.statement;
  prepared.bindings.resize(values.size() + columns.size());
  for (std::size_t i = 0; i < values.size(); ++i) bind(statement, prepared.bindings[i], values[i]);
  for (std::size_t i = 0; i < columns.size(); ++i)
    bind_result(statement, prepared.bindings[values.size() + i], columns[i].type);
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
}

/// The statement with the types of its values, which a prepared one keeps.
std::string key_of(const std::string& sql, const std::vector<Value>& values) {
  std::string key = sql;
  for (const Value& value : values) key += static_cast<char>('0' + value.index());
  return key;
}

/// Executes, and gives the rows to `each` until it answers false.
void run(Prepared& prepared, std::size_t values, const std::vector<Column>& columns,
         const std::function<bool(Database::Row&)>& each) {
  if (columns.empty()) {
    prepared.statement.execute(true);
    return;
  }
  Database::Row row(columns.size());
  prepared.statement.execute();
  while (prepared.statement.fetch()) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      row[i] = value_of(prepared.bindings[values + i], columns[i].type);
    if (!each(row)) return;
  }
}

}  // namespace

struct Database::State {
  soci::session session;
  bool in_transaction = false;
  /// What a transaction inserts, it mostly inserts again.
  std::unordered_map<std::string, std::unique_ptr<Prepared>> inserts = {};
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

SqlResult<Database> Database::open_sqlite(const std::string& path, Access access, int busy_s) {
  // Some builds of SQLite leave URIs off; refused, and without need, once SQLite is in use.
  sqlite_api::sqlite3_config(SQLITE_CONFIG_URI, 1);
  auto state = std::make_unique<State>();
  const std::string connection =
      fmt::format("dbname={} timeout={}", sqlite_uri(path, access), busy_s);
  const SqlStatus opened = guarded([&] { state->session.open(soci::sqlite3, connection); });
  if (!opened) return tl::unexpected<SqlError>(opened.error());
  Database database(std::move(state));
  if (access == Access::kReadTidily)
    if (auto refused = database.execute("pragma query_only = on"); !refused)
      return tl::unexpected<SqlError>(refused.error());
  return database;
}

SqlStatus Database::execute(const std::string& sql, const std::vector<Value>& values) {
  return query(sql, values, {}, [](Row&) { return true; });
}

SqlStatus Database::query(const std::string& sql, const std::vector<Value>& values,
                          const std::vector<Column>& columns,
                          const std::function<bool(Row&)>& each) {
  return guarded([&] {
    const bool is_kept = state_->in_transaction && sql.starts_with("insert ");
    std::unique_ptr<Prepared> once;
    std::unique_ptr<Prepared>& prepared = is_kept ? state_->inserts[key_of(sql, values)] : once;
    if (prepared) {
      for (std::size_t i = 0; i < values.size(); ++i) set(prepared->bindings[i], values[i]);
    } else {
      auto made = std::make_unique<Prepared>(state_->session);
      prepare(*made, sql, values, columns);
      prepared = std::move(made);
    }
    run(*prepared, values.size(), columns, each);
  });
}

SqlStatus Database::write_transaction(const std::function<SqlStatus()>& body) {
  if (state_->in_transaction) return body();
  if (auto begun = execute("begin immediate"); !begun) return begun;
  state_->in_transaction = true;
  SqlStatus done = body();
  state_->in_transaction = false;
  state_->inserts.clear();
  if (done) done = execute("commit");
  // After some errors SQLite has rolled back by itself, and there is nothing left to undo.
  if (!done) (void)execute("rollback");
  return done;
}

}  // namespace joulemark::store
