// SPDX-License-Identifier: Apache-2.0
// Looks for plugins and for the libraries they need, and opens none of them.
#include "engine/discovery.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "base/dotted_version.h"
#include "base/endpoint_name.h"
#include "base/file.h"
#include "base/suggest.h"
#include "engine/elf_file.h"
#include "engine/python_environment.h"
#include "engine/version.h"

namespace joulemark::engine {
namespace {

namespace fs = std::filesystem;

/// "name@version" in two; the version is "" without an @.
struct EngineSpec {
  std::string name;
  std::string version;
};

EngineSpec parse_spec(const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> result;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    result.push_back(it->path());
  std::sort(result.begin(), result.end());
  return result;
}

/// The first file of `folder` that matches a glob of the manifest, the globs in order.
std::optional<fs::path> library_in(const fs::path& folder, const Manifest& manifest) {
  const std::vector<fs::path> files = entries(folder);
  std::error_code error;
  for (const std::string& glob : manifest.library_files)
    for (const fs::path& file : files)
      if (fnmatch(glob.c_str(), file.filename().c_str(), 0) == 0 &&
          fs::is_regular_file(file, error))
        return file;
  return std::nullopt;
}

constexpr std::uintmax_t kMaxVersionFileBytes = 1 << 20;

/// What the manifest's files beside the library say, else the names of the library's files.
std::string version_of(const fs::path& library, const Manifest& manifest) {
  for (const std::string& name : manifest.version_files)
    if (const auto text = read_file(library.parent_path() / name, kMaxVersionFileBytes))
      if (std::string version = find_dotted_version(*text); !version.empty()) return version;
  if (auto version = version_in_file_name(library.filename().string())) return *version;
  for (const fs::path& file : entries(library.parent_path())) {
    const std::string name = file.filename().string();
    const std::string stem = library.filename().string();
    if (name.rfind(stem.substr(0, stem.find(".so")) + ".so.", 0) != 0) continue;
    if (auto version = version_in_file_name(name)) return *version;
  }
  return "";
}

/// A place that may hold an install.
struct Place {
  fs::path folder;
  std::string version;
  std::string found_by;
};

void add_cached(const SearchPath& path, const std::string& engine, std::vector<Place>& places) {
  if (path.cache_dir.empty()) return;
  std::vector<Place> cached;
  for (const fs::path& folder : entries(path.cache_dir / engine)) {
    const std::string version = folder.filename().string();
    // A folder still being filled has another name: "1.31.1.partial", ".1.31.1".
    if (!version.empty() && std::isdigit(static_cast<unsigned char>(version.front())) != 0 &&
        version.find(".part") == std::string::npos)
      cached.push_back({folder, version, "cache"});
  }
  std::sort(cached.begin(), cached.end(), [](const Place& a, const Place& b) {
    return compare_versions(a.version, b.version) > 0;
  });
  places.insert(places.end(), cached.begin(), cached.end());
}

void add_python(const SearchPath& path, const Manifest& manifest, std::vector<Place>& places) {
  for (const fs::path& site : path.python_site_dirs)
    for (const std::string& package : manifest.python_packages)
      if (const auto version = installed_version(site, package))
        places.push_back({site / manifest.python_subdir, *version, "python"});
}

void add_roots(const SearchPath& path, const std::string& engine, std::vector<Place>& places) {
  for (const auto& [key, folder] : path.roots) {
    const EngineSpec spec = parse_spec(key);
    if (spec.name == engine) places.push_back({folder, spec.version, "option"});
  }
}

/// What the user named, for any of `names`.
std::vector<Place> named_places(const std::vector<std::string>& names, const SearchPath& path) {
  std::vector<Place> places;
  for (const std::string& name : names) add_roots(path, name, places);
  for (const std::string& name : names) {
    const auto variable = path.environment.find(root_variable(name));
    if (variable != path.environment.end() && !variable->second.empty())
      places.push_back({variable->second, "", "environment"});
  }
  return places;
}

std::vector<Place> places_of(const Manifest& manifest, const SearchPath& path) {
  std::vector<std::string> names = {manifest.name};
  if (!manifest.library_of.empty()) names.push_back(manifest.library_of);
  std::vector<Place> places = named_places(names, path);
  for (const std::string& name : names) add_cached(path, name, places);
  add_python(path, manifest, places);
  return places;
}

bool named_by_user(const EngineInstall& install) {
  return install.found_by == "option" || install.found_by == "environment";
}

/// Why a version cannot be used, or "".
std::string too_old(const EngineInstall& install, const Manifest& manifest) {
  if (manifest.minimum_version.empty() || install.version.empty() ||
      compare_versions(install.version, manifest.minimum_version) >= 0)
    return "";
  return fmt::format("version {} is too old, {} is the oldest that works", install.version,
                     manifest.minimum_version);
}

/// Puts the install at `place` among the usable or the rejected ones.
void examine(const Place& place, EngineInstall install, EngineListing& listing) {
  const Manifest& manifest = listing.manifest;
  install.library_dir = place.folder.string();
  install.found_by = place.found_by;
  install.version = place.version;
  auto library = library_in(place.folder, manifest);
  if (!library && !manifest.library_subdir.empty())
    library = library_in(place.folder / manifest.library_subdir, manifest);
  if (!library) {
    listing.rejected.push_back(
        {install, fmt::format("no file there matches '{}'", manifest.library_files.front())});
    return;
  }
  install.library_dir = library->parent_path().string();
  if (const std::string version = version_of(*library, manifest); !version.empty())
    install.version = version;
  if (Status status = check_elf(*library); !status) {
    listing.rejected.push_back({install, status.error().message});
  } else if (std::string reason = too_old(install, manifest); !reason.empty()) {
    listing.rejected.push_back({install, std::move(reason)});
  } else {
    listing.installs.push_back(install);
  }
}

/// The folder that holds a distribution, and its version.
std::optional<Place> place_in(const PythonEnvironment& python, const std::string& distribution) {
  for (const fs::path& site : python.site_dirs)
    if (auto version = installed_version(site, distribution))
      return Place{site, *std::move(version), ""};
  return std::nullopt;
}

/// Puts an engine whose worker runs in `python` among the usable or the rejected ones.
void examine_python(const PythonEnvironment& python, EngineInstall install,
                    EngineListing& listing) {
  const Manifest& manifest = listing.manifest;
  for (const std::string& need : manifest.python_needs)
    if (!place_in(python, need)) {
      listing.rejected.push_back({install, fmt::format("'{}' is not installed there", need)});
      return;
    }
  const Place engine = *place_in(python, manifest.python_needs.front());
  install.library_dir = engine.folder.string();
  install.version = engine.version;
  install.worker = {python.interpreter.string(), install.plugin};
  if (std::string reason = too_old(install, manifest); !reason.empty())
    listing.rejected.push_back({install, std::move(reason)});
  else
    listing.installs.push_back(install);
}

void list_pythons(const SearchPath& path, const EngineInstall& found, EngineListing& listing) {
  for (const Place& place : named_places({listing.manifest.name}, path)) {
    EngineInstall install = found;
    install.found_by = place.found_by;
    install.version = place.version;
    install.library_dir = place.folder.string();
    if (const auto python = python_at(place.folder, path.environment))
      examine_python(*python, install, listing);
    else
      listing.rejected.push_back({install, python.error().message});
  }
  EngineInstall install = found;
  install.found_by = "python";
  install.library_dir = path.python.string();
  const PythonEnvironment active{path.python, path.python_site_dirs};
  if (!path.python.empty() && place_in(active, listing.manifest.python_needs.front()))
    examine_python(active, install, listing);
}

std::string reason_for_none(const EngineListing& listing) {
  const std::string remedy =
      listing.manifest.install_hint.empty() ? "" : "; " + listing.manifest.install_hint;
  const auto& needs = listing.manifest.python_needs;
  if (listing.rejected.empty() && !needs.empty())
    return fmt::format("'{}' is not installed in the active Python{}", needs.front(), remedy);
  if (listing.rejected.empty())
    return fmt::format("its library was found neither in the cache nor in the active Python{}",
                       remedy);
  const Rejected& first = listing.rejected.front();
  return fmt::format("'{}' cannot be used: {}{}", first.install.library_dir, first.reason, remedy);
}

constexpr const char* kNeedsAddress =
    "it asks a server: name one as '--engine http:URL', or start one for each trial "
    "(docs/endpoints.md)";

EngineListing list_engine(const Manifest& manifest, const fs::path& plugin,
                          const SearchPath& path) {
  EngineListing listing;
  listing.manifest = manifest;
  EngineInstall install{manifest.name, "", plugin.string(), "", "builtin"};
  install.is_reference = manifest.is_reference;
  if (!manifest.worker.empty()) install.worker = {plugin.string()};
  if (manifest.is_endpoint) {
    listing.reason = kNeedsAddress;
    return listing;
  }
  if (!manifest.python_needs.empty()) {
    list_pythons(path, install, listing);
  } else if (!manifest.needs_library) {
    listing.installs.push_back(install);
    return listing;
  } else {
    for (const Place& place : places_of(manifest, path)) examine(place, install, listing);
  }
  if (listing.installs.empty()) listing.reason = reason_for_none(listing);
  return listing;
}

EngineListing list_folder(const fs::path& folder, const SearchPath& path) {
  const std::string name = folder.filename().string();
  EngineListing broken;
  broken.manifest.name = name;
  Result<Manifest> manifest = load_manifest(folder / "engine.toml");
  if (!manifest) {
    broken.reason = manifest.error().message;
    return broken;
  }
  const fs::path plugin =
      folder /
      (manifest->worker.empty() ? fmt::format("libjoulemark_{}.so", name) : manifest->worker);
  std::error_code error;
  if (manifest->name != name) {
    broken.reason = fmt::format("'{}' names the engine '{}', its folder '{}'",
                                (folder / "engine.toml").string(), manifest->name, name);
  } else if (!fs::exists(plugin, error)) {
    broken.reason =
        fmt::format("'{}' does not exist; build the target 'joulemark_{}'", plugin.string(), name);
  } else {
    return list_engine(*manifest, plugin, path);
  }
  broken.manifest = *manifest;
  broken.manifest.name = name;
  return broken;
}

/// The folder of an engine, the first that has one; each engine once.
std::map<std::string, fs::path> engine_folders(const SearchPath& path) {
  std::map<std::string, fs::path> folders;
  std::error_code error;
  for (const fs::path& dir : path.plugin_dirs)
    for (const fs::path& folder : entries(dir))
      if (fs::exists(folder / "engine.toml", error))
        folders.emplace(folder.filename().string(), folder);
  return folders;
}

Result<fs::path> find_folder(const std::string& name, const SearchPath& path) {
  const std::map<std::string, fs::path> folders = engine_folders(path);
  if (const auto found = folders.find(name); found != folders.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& entry : folders) names.push_back(entry.first);
  std::string suggestion = did_you_mean(name, names);
  if (suggestion.empty()) suggestion = fmt::format("; there are: {}", fmt::join(names, ", "));
  return fail(ErrorKind::kUsage, fmt::format("unknown engine '{}'{}", name, suggestion));
}

bool names_server(const std::string& spec, const SearchPath& path) {
  return endpoint_url(spec).has_value() || path.endpoints.contains(spec);
}

/// The engine whose plugin serves `spec`.
std::string engine_of(const std::string& spec, const SearchPath& path) {
  return names_server(spec, path) ? kEndpointEngine : parse_spec(spec).name;
}

EngineInstall server_install(const std::string& spec, const fs::path& folder) {
  return {.engine = kEndpointEngine,
          .version = "",
          .plugin = (folder / fmt::format("libjoulemark_{}.so", kEndpointEngine)).string(),
          .library_dir = endpoint_url(spec).value_or(""),
          .found_by = "option"};
}

Error no_such_install(const EngineSpec& spec, const EngineListing& listing) {
  if (listing.installs.empty())
    return {ErrorKind::kMachine,
            fmt::format("cannot use engine '{}': {}", spec.name, listing.reason)};
  std::vector<std::string> found;
  for (const EngineInstall& install : listing.installs)
    found.push_back(install.library_dir.empty()
                        ? "the one that is built in"
                        : fmt::format("{} in '{}'",
                                      install.version.empty() ? "one" : install.version,
                                      install.library_dir));
  return {ErrorKind::kMachine,
          fmt::format("cannot use engine '{0}@{1}': there is only {2}; name a version that is "
                      "there, or give '--engine-root {0}@{1}=FOLDER'",
                      spec.name, spec.version, fmt::join(found, ", "))};
}

}  // namespace

std::string root_variable(const std::string& engine) {
  std::string name = "JOULEMARK_";
  for (const unsigned char c : engine)
    name += std::isalnum(c) != 0 ? static_cast<char>(std::toupper(c)) : '_';
  return name + "_ROOT";
}

std::vector<EngineListing> list_engines(const SearchPath& path) {
  std::vector<EngineListing> listings;
  for (const auto& entry : engine_folders(path))
    listings.push_back(list_folder(entry.second, path));
  return listings;
}

Result<Manifest> find_manifest(const std::string& engine_spec, const SearchPath& path) {
  Result<fs::path> folder = find_folder(engine_of(engine_spec, path), path);
  if (!folder) return fail(folder.error());
  return load_manifest(*folder / "engine.toml");
}

Result<EngineInstall> find_engine(const std::string& engine_spec, const SearchPath& path) {
  const EngineSpec spec = parse_spec(engine_spec);
  Result<fs::path> folder = find_folder(engine_of(engine_spec, path), path);
  if (!folder) return fail(folder.error());
  if (names_server(engine_spec, path)) return server_install(engine_spec, *folder);
  const EngineListing listing = list_folder(*folder, path);
  // A root for exactly this spec, when there is one, speaks alone.
  for (const Rejected& rejected : listing.rejected)
    if (named_by_user(rejected.install) && version_matches(rejected.install.version, spec.version))
      return fail(ErrorKind::kMachine,
                  fmt::format("cannot use engine '{}' in '{}': {}", engine_spec,
                              rejected.install.library_dir, rejected.reason));
  for (const EngineInstall& install : listing.installs)
    if (version_matches(install.version, spec.version)) return install;
  return fail(no_such_install(spec, listing));
}

}  // namespace joulemark::engine
