// SPDX-License-Identifier: Apache-2.0
// All names that collide grow together, so that neither looks like the chosen one.
#include "base/tell_apart.h"

#include <map>
#include <set>
#include <utility>

namespace joulemark {

std::vector<std::string> folder_names(std::filesystem::path folder) {
  std::vector<std::string> names;
  for (; folder.has_filename(); folder = folder.parent_path())
    names.push_back(folder.filename().string());
  return names;
}

std::vector<std::string> tell_apart(std::vector<ShortName> names) {
  for (bool grew = true; grew;) {
    grew = false;
    std::map<std::string, std::set<std::string>> things;
    for (const ShortName& each : names) things[each.name].insert(each.thing);
    for (ShortName& each : names) {
      if (things[each.name].size() < 2 || each.folders.empty()) continue;
      each.name = each.folders.front() + "/" + each.name;
      each.folders.erase(each.folders.begin());
      grew = true;
    }
  }
  std::vector<std::string> texts;
  for (ShortName& each : names) texts.push_back(std::move(each.name));
  return texts;
}

}  // namespace joulemark
