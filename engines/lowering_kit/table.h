// SPDX-License-Identifier: Apache-2.0
// The table from (operator, opset range) to what is written in its place. It is the documentation
// of coverage too. Each engine has one, for its own class of calls.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace joulemark::lowering {

inline constexpr std::string_view kOnnx;  ///< ONNX's own domain
inline constexpr std::string_view kMicrosoft = "com.microsoft";

/// What an entry is given.
enum class Types {
  kAsTheyAre,
  kWidened,  ///< types that the library has no arithmetic for come as wider ones
};

/// One operator over a range of opset versions of its domain.
template <class Call>
struct Entry {
  std::string_view name;
  std::int64_t since;
  void (*lower)(Call&);  ///< writes the calls and gives every output that is wanted
  Types types = Types::kAsTheyAre;
  std::string_view domain = kOnnx;
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  ///< last version
};

/// One operator as a list of coverage shows it.
struct Covered {
  std::string_view domain;
  std::string_view name;
  std::int64_t since;
  std::int64_t until;
};

/// JSON for the call `operators` of engine_abi.h.
std::string operators_json(const std::vector<Covered>& operators);

/// "unsupported operator Foo (opset 13); …". `other`: the table has it for other opsets.
enum class Elsewhere { kNo, kOtherOpsets };
std::string why_no_entry(const Covered& wanted, Elsewhere elsewhere, std::string_view engine);

/// All entries of an engine, found by name. `families` are its files of entries, in the order in
/// which they are listed; they outlive the table.
template <class Call>
class Table {
 public:
  using Family = std::span<const Entry<Call>> (*)();

  explicit Table(std::span<const Family> families) {
    for (const Family family : families)
      for (const Entry<Call>& entry : family()) {
        list_.push_back({entry.domain, entry.name, entry.since, entry.until});
        index_.emplace(key(entry.domain, entry.name), &entry);
      }
  }

  /// The entry for a node; null when there is none.
  [[nodiscard]] const Entry<Call>* find(std::string_view domain, std::string_view name,
                                        std::int64_t opset) const {
    const auto [begin, end] = index_.equal_range(key(domain, name));
    for (auto it = begin; it != end; ++it)
      if (it->second->since <= opset && opset <= it->second->until) return it->second;
    return nullptr;
  }

  /// Why find() found nothing: an unknown operator, or one of another opset.
  [[nodiscard]] std::string why_none(std::string_view domain, std::string_view name,
                                     std::int64_t opset, std::string_view engine) const {
    const bool other = index_.contains(key(domain, name));
    return why_no_entry({domain, name, opset, opset},
                        other ? Elsewhere::kOtherOpsets : Elsewhere::kNo, engine);
  }

  [[nodiscard]] const std::vector<Covered>& list() const { return list_; }

 private:
  static std::string key(std::string_view domain, std::string_view name) {
    return std::string(domain) + "::" + std::string(name);
  }

  std::vector<Covered> list_;
  std::unordered_multimap<std::string, const Entry<Call>*> index_;
};

}  // namespace joulemark::lowering
