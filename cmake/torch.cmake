# SPDX-License-Identifier: Apache-2.0
# PyTorch's libraries, and the engines that are built on them.
#
# The C++ interface of PyTorch changes with every version, so such an engine is two shared objects: the plugin, which needs
# no header of PyTorch and exists on every machine, and an implementation, compiled against one version of it, which the
# plugin opens. The implementation is left out where no PyTorch is found.
set(JOULEMARK_TORCH_ROOT "" CACHE PATH
  "Folder of a PyTorch (lib/ and include/) that its engines are compiled against; default: the newest in the cache")

# Sets `out` to the newest PyTorch that script/bootstrap brought, or to "".
function(joulemark_find_cached_torch out)
  set(cache "$ENV{XDG_CACHE_HOME}")
  if(NOT cache)
    set(cache "$ENV{HOME}/.cache")
  endif()
  file(GLOB folders LIST_DIRECTORIES ON ${cache}/joulemark/engines/torch/[0-9]*)
  list(SORT folders COMPARE NATURAL ORDER DESCENDING)
  foreach(folder ${folders})
    if(EXISTS ${folder}/include/ATen/ATen.h AND EXISTS ${folder}/lib/libtorch_cpu.so)
      set(${out} ${folder} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${out} "" PARENT_SCOPE)
endfunction()

# The version as the plugin reads it from a folder (engines/torch_kit/bridge/torch_version.cpp): the two must agree, because it
# names the folder of the implementation.
function(joulemark_read_torch_version root out)
  foreach(file version.py build-version include/torch/headeronly/version.h
          include/torch/csrc/api/include/torch/version.h)
    if(EXISTS ${root}/${file})
      file(READ ${root}/${file} text LIMIT 65536)
      if(text MATCHES "[0-9]+\\.[0-9]+\\.[0-9]+[0-9a-z.]*")
        set(${out} ${CMAKE_MATCH_0} PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
  message(FATAL_ERROR "'${root}': neither version.py, build-version nor a version.h says which version of PyTorch this is")
endfunction()

# Never find_package(Torch): that of a CUDA build asks for an installed CUDA toolkit. Of PyTorch's libraries only these two
# are linked; the plugin has opened them, from where they are installed, before it opens the implementation.
function(joulemark_import_torch root)
  foreach(library torch_cpu c10)
    add_library(torch::${library} SHARED IMPORTED GLOBAL)
    set_target_properties(torch::${library} PROPERTIES
      IMPORTED_LOCATION ${root}/lib/lib${library}.so
      INTERFACE_INCLUDE_DIRECTORIES "${root}/include;${root}/include/torch/csrc/api/include")
  endforeach()
endfunction()

# Declares torch::torch_cpu and torch::c10 and sets joulemark_torch_version, or sets that to "" and says why.
function(joulemark_find_torch)
  set(joulemark_torch_version "" PARENT_SCOPE)
  if(JOULEMARK_SANITIZE)
    message(STATUS "PyTorch engines: plugins only, because PyTorch is not instrumented for -fsanitize=${JOULEMARK_SANITIZE}")
    return()
  endif()
  set(root "${JOULEMARK_TORCH_ROOT}")
  if(NOT root)
    joulemark_find_cached_torch(root)
  endif()
  if(NOT root)
    message(STATUS "PyTorch engines: plugins only, because no PyTorch is in the cache; run script/bootstrap or give -DJOULEMARK_TORCH_ROOT=DIR")
    return()
  endif()
  cmake_path(ABSOLUTE_PATH root NORMALIZE)
  foreach(file lib/libtorch_cpu.so lib/libc10.so include/ATen/ATen.h)
    if(NOT EXISTS ${root}/${file})
      message(FATAL_ERROR "JOULEMARK_TORCH_ROOT: '${root}' holds no '${file}'; name the folder with lib/ and include/ of a PyTorch, as pip and the libtorch archives install it")
    endif()
  endforeach()
  file(STRINGS ${root}/lib/libc10.so new_strings REGEX "__cxx11" LIMIT_COUNT 1)
  if(NOT new_strings)
    message(FATAL_ERROR "JOULEMARK_TORCH_ROOT: '${root}' was built for the C++ library of before 2015; use PyTorch 2.7 or newer, or a libtorch archive named cxx11-abi")
  endif()
  joulemark_read_torch_version(${root} version)
  joulemark_import_torch(${root})
  message(STATUS "PyTorch engines: compiled against PyTorch ${version} in '${root}'")
  set(joulemark_torch_version ${version} PARENT_SCOPE)
endfunction()

# joulemark_torch_plugin(NAME): the plugin bin/engines/NAME/libjoulemark_NAME.so, which opens implementations.
function(joulemark_torch_plugin name)
  joulemark_engine(${name}
    SOURCES ${CMAKE_SOURCE_DIR}/engines/torch_kit/bridge/bridge.cpp
    LIBRARIES joulemark_torch_bridge)
  target_compile_definitions(joulemark_${name} PRIVATE JOULEMARK_TORCH_ENGINE="${name}")
endfunction()

# joulemark_torch_engine(NAME [SOURCES … [LIBRARIES …]]): the plugin NAME and, from SOURCES and where a PyTorch was found, its
# implementation bin/engines/NAME/impl/VERSION/libjoulemark_NAME_impl.so, which exports an entry of engine_abi.h too, with
# the digest of the sources in the file 'digest' beside it.
function(joulemark_torch_engine name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  joulemark_torch_plugin(${name})
  if(NOT arg_SOURCES OR NOT TARGET torch::torch_cpu)
    return()
  endif()
  set(target joulemark_${name}_impl)
  add_library(${target} MODULE ${arg_SOURCES})
  target_include_directories(${target} PRIVATE
    ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/engines ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} torch::torch_cpu torch::c10 ${CMAKE_DL_LIBS})
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  # Every symbol is found in what it was linked with: one that is missing ends the build and no measurement.
  target_link_options(${target} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/engine_exports.map -Wl,-z,defs
    -Wl,--unresolved-symbols=ignore-in-shared-libs)
  set_target_properties(${target} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/engines/${name}/impl/${joulemark_torch_version}
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/engine_exports.map
    SKIP_BUILD_RPATH ON)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/generated/torch/digest $<TARGET_FILE_DIR:${target}>/digest VERBATIM)
  add_dependencies(${target} joulemark_torch_digest)
  add_dependencies(joulemark_${name} ${target})
endfunction()

# The digest of all sources that an implementation is made of, so that a plugin passes over one that was made of others.
function(joulemark_add_torch_digest)
  set(folders engines/torch engines/torchscript engines/torch_kit engines/lowering_kit engines/plugin_kit src/base src/model)
  list(TRANSFORM folders PREPEND ${CMAKE_SOURCE_DIR}/)
  list(TRANSFORM folders APPEND "/*.cpp" OUTPUT_VARIABLE sources)
  list(TRANSFORM folders APPEND "/*.h" OUTPUT_VARIABLE headers)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${sources} ${headers})
  list(FILTER files EXCLUDE REGEX "_test\\.cpp$")
  list(APPEND files ${CMAKE_SOURCE_DIR}/include/joulemark/engine_abi.h)
  set(generated ${CMAKE_BINARY_DIR}/generated/torch)
  file(WRITE ${generated}/files.txt.new "${files}")
  file(COPY_FILE ${generated}/files.txt.new ${generated}/files.txt ONLY_IF_DIFFERENT)
  add_custom_command(
    OUTPUT ${generated}/digest.cpp ${generated}/digest
    COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${CMAKE_SOURCE_DIR} -DFILES=${generated}/files.txt -DOUTPUT=${generated}/digest.cpp
      -DTEXT=${generated}/digest -P ${CMAKE_SOURCE_DIR}/cmake/torch_digest.cmake
    DEPENDS ${files} ${generated}/files.txt ${CMAKE_SOURCE_DIR}/cmake/torch_digest.cmake
    VERBATIM)
  add_library(joulemark_torch_digest STATIC ${generated}/digest.cpp)
endfunction()

joulemark_find_torch()
joulemark_add_torch_digest()
