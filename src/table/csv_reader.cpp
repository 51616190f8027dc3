// SPDX-License-Identifier: Apache-2.0
// libcsv calls back for cells and ends of rows; a row is handed on when it is complete.
#include "table/csv_reader.h"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

namespace joulemark::table {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr std::size_t kLargestCell = std::size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Cells of the row that is being read: their bytes one behind the other.
struct Pending {
  std::string bytes;
  std::vector<std::size_t> ends;
};

class Reader {
 public:
  Reader(std::string name, const CsvSink& sink) : name_(std::move(name)), sink_(sink) {}

  void cell(const char* text, std::size_t size) {
    pending_.bytes.append(text, size);
    pending_.ends.push_back(pending_.bytes.size());
  }

  void end_of_row() {
    if (status_ && !pending_.ends.empty()) status_ = names_ ? take_row() : take_head();
    pending_.bytes.clear();
    pending_.ends.clear();
  }

  void fail_with(const std::string& why) {
    status_ = fail(ErrorKind::kFailed, fmt::format("cannot read '{}': {}", name_, why));
  }

  [[nodiscard]] std::string why(int libcsv_error) const {
    if (libcsv_error != CSV_EPARSE) return csv_strerror(libcsv_error);
    return fmt::format("behind row {}, a quote stands inside of a cell that is not in quotes",
                       row_.number);
  }

  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] bool has_head() const { return names_.has_value(); }

 private:
  void split() {
    row_.cells.clear();
    std::size_t begin = 0;
    for (const std::size_t end : pending_.ends) {
      row_.cells.emplace_back(pending_.bytes.data() + begin, end - begin);
      begin = end;
    }
  }

  Status take_head() {
    split();
    names_.emplace(row_.cells.begin(), row_.cells.end());
    if (names_->front().starts_with(kByteOrderMark))
      names_->front().erase(0, kByteOrderMark.size());
    std::set<std::string_view> seen;
    for (const std::string& name : *names_) {
      if (!seen.insert(name).second)
        return fail(ErrorKind::kFailed,
                    fmt::format("cannot read '{}': two columns are named '{}'", name_, name));
    }
    return sink_.head(*names_);
  }

  Status take_row() {
    split();
    ++row_.number;
    if (row_.cells.size() != names_->size())
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot read '{}': row {} has {} cells, and the head has {}", name_,
                              row_.number, row_.cells.size(), names_->size()));
    return sink_.row(row_);
  }

  std::string name_;
  const CsvSink& sink_;
  std::optional<std::vector<std::string>> names_;
  Pending pending_;
  CsvRow row_;
  Status status_;
};

void on_cell(void* text, std::size_t size, void* reader) {
  static_cast<Reader*>(reader)->cell(static_cast<const char*>(text), size);
}

void on_end_of_row(int /*terminator*/, void* reader) {
  static_cast<Reader*>(reader)->end_of_row();
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Feeds a piece to the parser; less is taken of it only when it fails.
void feed(std::string_view piece, csv_parser& parser, Reader& reader) {
  if (csv_parse(&parser, piece.data(), piece.size(), on_cell, on_end_of_row, &reader) !=
      piece.size())
    return reader.fail_with(reader.why(csv_error(&parser)));
  if (reader.status() && csv_get_buffer_size(&parser) > kLargestCell)
    reader.fail_with("a cell is larger than 1 MiB; is a quote not closed?");
}

void finish(csv_parser& parser, Reader& reader) {
  if (reader.status() && csv_fini(&parser, on_cell, on_end_of_row, &reader) != 0)
    return reader.fail_with("the last row has a quote that is not closed");
  if (reader.status() && !reader.has_head()) reader.fail_with("it is empty, and has no head");
}

void feed_file(std::FILE* file, csv_parser& parser, Reader& reader) {
  std::vector<char> chunk(kChunk);
  while (reader.status()) {
    const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file);
    if (size == 0) break;
    feed({chunk.data(), size}, parser, reader);
  }
  if (reader.status() && std::ferror(file) != 0) reader.fail_with(errno_text(errno));
}

/// Parses what `give` feeds.
template <class Give>
Status parse(Reader& reader, const std::string& name, Give&& give) {
  csv_parser parser{};
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
    return fail(ErrorKind::kFailed, fmt::format("cannot read '{}': no memory", name));
  give(parser);
  finish(parser, reader);
  csv_free(&parser);
  return reader.status();
}

}  // namespace

Status read_csv(const std::filesystem::path& path, const CsvSink& sink) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return fail(ErrorKind::kUsage,
                fmt::format("cannot read '{}': it is a folder, not a CSV file", path.string()));
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file)
    return fail(errno == ENOENT ? ErrorKind::kUsage : ErrorKind::kFailed,
                fmt::format("cannot read '{}': {}", path.string(), errno_text(errno)));
  Reader reader(path.string(), sink);
  return parse(reader, path.string(),
               [&](csv_parser& parser) { feed_file(file.get(), parser, reader); });
}

Status parse_csv(std::string_view bytes, const std::string& name, const CsvSink& sink) {
  Reader reader(name, sink);
  return parse(reader, name, [&](csv_parser& parser) {
    while (reader.status() && !bytes.empty()) {
      feed(bytes.substr(0, kChunk), parser, reader);
      bytes.remove_prefix(std::min(bytes.size(), kChunk));
    }
  });
}

std::string csv_cell(std::string_view text) {
  const bool plain = text.find_first_of(",\"\r\n") == std::string_view::npos &&
                     !text.starts_with(' ') && !text.ends_with(' ');
  if (plain) return std::string(text);
  std::string quoted(2 * text.size() + 2, '\0');
  quoted.resize(csv_write(quoted.data(), quoted.size(), text.data(), text.size()));
  return quoted;
}

}  // namespace joulemark::table
