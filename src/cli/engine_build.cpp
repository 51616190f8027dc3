// SPDX-License-Identifier: Apache-2.0
// A build of one target in a folder of its own; what it made is moved into the cache.
#include "cli/engine_build.h"

#include <fmt/format.h>

#include <optional>

#include "base/file.h"
#include "cli/child_process.h"
#include "cli/descriptions.h"
#include "cli/output.h"
#include "run/temporary_folder.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

/// Lines of the log that a failure shows.
constexpr std::size_t kShownLines = 30;
constexpr std::uintmax_t kMostLogBytes = std::uintmax_t{256} << 20;

/// What is compiled, from what, against what.
struct Plan {
  engine::Manifest manifest;
  EngineInstall install;
  fs::path source;
  fs::path cache;  ///< …/joulemark/plugins/NAME
};

tl::unexpected<Error> cannot_build(ErrorKind kind, const std::string& engine,
                                   const std::string& why) {
  return fail(kind, fmt::format("cannot build engine '{}': {}", engine, why));
}

/// The source tree in whose build tree this program stands.
std::optional<fs::path> own_source_tree() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  const auto cache = read_file(program.parent_path().parent_path() / "CMakeCache.txt");
  if (!cache) return std::nullopt;
  constexpr std::string_view kKey = "\nCMAKE_HOME_DIRECTORY:INTERNAL=";
  const std::size_t at = cache->find(kKey);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + kKey.size();
  return fs::path(cache->substr(begin, cache->find('\n', begin) - begin));
}

Result<fs::path> find_source(const EngineBuild& request, const std::string& name) {
  const auto source = request.source.empty() ? own_source_tree() : fs::path(request.source);
  if (!source)
    return cannot_build(ErrorKind::kMachine, name,
                        "this program does not stand in a build tree; name Joulemark's source "
                        "tree with --source DIR");
  std::error_code error;
  if (fs::exists(*source / "engines" / name / "engine.toml", error))
    return fs::absolute(*source, error);
  return cannot_build(
      request.source.empty() ? ErrorKind::kMachine : ErrorKind::kUsage, name,
      fmt::format("'{}' is no source tree of Joulemark: there is no 'engines/{}/engine.toml'; name "
                  "one with --source DIR",
                  source->string(), name));
}

Status check_tools(const Plan& plan) {
  const std::string& name = plan.manifest.name;
  const fs::path header = fs::path(plan.install.library_dir) / plan.manifest.built_against;
  std::error_code error;
  if (!fs::exists(header, error))
    return cannot_build(ErrorKind::kMachine, name,
                        fmt::format("its library in '{}' has no headers, there is no '{}'; "
                                    "install it with its headers",
                                    plan.install.library_dir, header.lexically_normal().string()));
  for (const char* tool : {"cmake", "ninja", "c++"})
    if (!is_on_path(tool))
      return cannot_build(ErrorKind::kMachine, name,
                          fmt::format("there is no '{}' on the PATH; install CMake, Ninja and a "
                                      "C++20 compiler",
                                      tool));
  return {};
}

Result<Plan> make_plan(const EngineBuild& request, const engine::SearchPath& path) {
  auto manifest = engine::find_manifest(request.engine, path);
  if (!manifest) return fail(manifest.error());
  const std::string name = manifest->name;
  if (manifest->built_against.empty())
    return cannot_build(ErrorKind::kUsage, name,
                        "it is not compiled for versions of a library, one plugin serves all");
  auto install = engine::find_engine(request.engine, path);
  if (!install) return fail(install.error());
  auto source = find_source(request, name);
  if (!source) return fail(source.error());
  if (path.cache_dir.empty())
    return cannot_build(ErrorKind::kMachine, name,
                        "there is no cache folder; set HOME or XDG_CACHE_HOME");
  return Plan{*std::move(manifest), *std::move(install), *std::move(source),
              path.cache_dir.parent_path() / "plugins" / name};
}

/// The end of a log, each line marked.
std::string tail_of(const fs::path& log) {
  const auto text = read_file(log, kMostLogBytes);
  if (!text) return {};
  std::size_t begin = text->size();
  for (std::size_t lines = 0; begin > 0; --begin)
    if ((*text)[begin - 1] == '\n' && begin < text->size() && ++lines == kShownLines) break;
  return text->substr(begin);
}

/// The variable of the build that names the library's folder: JOULEMARK_TORCH_ROOT.
std::string root_definition(const Plan& plan) {
  const std::string& owner =
      plan.manifest.library_of.empty() ? plan.manifest.name : plan.manifest.library_of;
  return fmt::format("-D{}={}", engine::root_variable(owner),
                     fs::path(plan.install.library_dir).parent_path().string());
}

Status compile(const Plan& plan, const fs::path& folder, const fs::path& log) {
  const std::string target = fmt::format("joulemark_{}_impl", plan.manifest.name);
  const auto configured =
      run_program({"cmake", "-S", plan.source.string(), "-B", folder.string(), "-G", "Ninja",
                   "-DCMAKE_BUILD_TYPE=Release", "-DJOULEMARK_TESTS=OFF", root_definition(plan)},
                  log);
  if (!configured) return configured;
  return run_program({"cmake", "--build", folder.string(), "--target", target}, log);
}

/// Moves what was built, impl/VERSION/ with the library and its digest, to CACHE/VERSION-DIGEST/.
Result<fs::path> keep(const Plan& plan, const fs::path& folder) {
  const std::string library = fmt::format("libjoulemark_{}_impl.so", plan.manifest.name);
  std::error_code error;
  fs::path built;
  for (const auto& entry :
       fs::directory_iterator(folder / "bin/engines" / plan.manifest.name / "impl", error))
    if (fs::exists(entry.path() / library, error)) built = entry.path();
  const auto digest = read_file(built / "digest");
  if (built.empty() || !digest)
    return fail(ErrorKind::kFailed, fmt::format("the build made no '{}'", library));
  const fs::path target = plan.cache / fmt::format("{}-{}", built.filename().string(),
                                                   digest->substr(0, digest->find('\n')));
  fs::create_directories(target, error);
  const fs::path part = target / (library + ".part");
  if (!error) fs::copy_file(built / library, part, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(part, target / library, error);
  if (error)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot write '{}': {}", target.string(), error.message()));
  return target / library;
}

Error build_failure(const Plan& plan, const fs::path& log, const std::string& why) {
  print_error_text(tail_of(log));
  const fs::path kept = plan.cache / "build.log";
  std::error_code error;
  fs::create_directories(plan.cache, error);
  fs::copy_file(log, kept, fs::copy_options::overwrite_existing, error);
  const std::string where = error ? "" : fmt::format("; the whole log is in '{}'", kept.string());
  return {ErrorKind::kFailed,
          fmt::format("cannot build engine '{}' against '{}': {}{}", plan.manifest.name,
                      plan.install.library_dir, why, where)};
}

Result<fs::path> build(const Plan& plan) {
  const auto folder = run::TemporaryFolder::create();
  if (!folder) return fail(folder.error());
  const fs::path log = folder->path() / "build.log";
  print_note(fmt::format("compiling engine '{}' for version {} in '{}'; this takes minutes",
                         plan.manifest.name, plan.install.version, plan.install.library_dir));
  const fs::path tree = folder->path() / "build";
  if (auto compiled = compile(plan, tree, log); !compiled)
    return fail(build_failure(plan, log, compiled.error().message));
  return keep(plan, tree);
}

}  // namespace

Result<int> build_engine(const EngineBuild& request, engine::SearchPath path) {
  if (!request.root.empty()) path.roots = {{request.engine, request.root}};
  const auto plan = make_plan(request, path);
  if (!plan) return fail(plan.error());
  const std::string& name = plan->manifest.name;
  if (check_install(plan->install, "cpu"))
    return print(fmt::format("engine '{}' can be used with version {} in '{}' as it is\n", name,
                             plan->install.version, plan->install.library_dir));
  if (auto tools = check_tools(*plan); !tools) return fail(tools.error());
  const auto built = build(*plan);
  if (!built) return fail(built.error());
  if (auto opened = check_install(plan->install, "cpu"); !opened)
    return fail(
        ErrorKind::kFailed,
        fmt::format("'{}' was built, but {}; was this program built from '{}' as it is now?",
                    built->string(), opened.error().message, plan->source.string()));
  return print(fmt::format("built '{}'\n", built->string()));
}

}  // namespace joulemark::cli
