# SPDX-License-Identifier: Apache-2.0
# joulemark_report_page(TARGET SOURCE): bundles the HTML report page in the build folder and embeds it into SOURCE of TARGET.
# Without Node.js everything else builds; SOURCE is then compiled with the reason, which `joulemark report` prints.
set(JOULEMARK_REPORT_PAGE AUTO CACHE STRING "Build the HTML report page: AUTO (when node and npm are there), ON, OFF")
set_property(CACHE JOULEMARK_REPORT_PAGE PROPERTY STRINGS AUTO ON OFF)
set(JOULEMARK_REPORT_PAGE_SOURCE ${CMAKE_CURRENT_LIST_DIR})

# Sets ${reason} to why the page cannot be built, or to "".
function(joulemark_find_node reason)
  set(${reason} "" PARENT_SCOPE)
  find_program(NODE_PROGRAM node)
  find_program(NPM_PROGRAM npm)
  mark_as_advanced(NODE_PROGRAM NPM_PROGRAM)
  if(NOT NODE_PROGRAM OR NOT NPM_PROGRAM)
    set(${reason} "node and npm were not found when Joulemark was built" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${NODE_PROGRAM} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT version MATCHES "^v([0-9]+)" OR CMAKE_MATCH_1 LESS 20)
    set(${reason} "Joulemark was built with node '${version}', and the page needs 20 or newer" PARENT_SCOPE)
  endif()
endfunction()

# Adds the commands that write ${page} from the lock file and the sources, all inside the build folder.
function(joulemark_bundle_report_page page)
  set(source ${JOULEMARK_REPORT_PAGE_SOURCE})
  set(work ${CMAKE_BINARY_DIR}/report_page)
  set(installed ${work}/installed.stamp)
  add_custom_command(OUTPUT ${installed}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${work}
    COMMAND ${CMAKE_COMMAND} -E copy ${source}/package.json ${source}/package-lock.json ${source}/.npmrc ${work}
    COMMAND ${CMAKE_COMMAND} -E chdir ${work} ${NPM_PROGRAM} ci --omit=dev --ignore-scripts --prefer-offline --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${source}/package.json ${source}/package-lock.json
    COMMENT "Installing the report page's packages (-DJOULEMARK_REPORT_PAGE=OFF builds without the page)"
    VERBATIM)
  file(GLOB_RECURSE inputs CONFIGURE_DEPENDS ${source}/src/*.js ${source}/src/*.css ${source}/src/*.html ${source}/tools/*.mjs)
  add_custom_command(OUTPUT ${page}
    COMMAND ${NODE_PROGRAM} ${source}/build.mjs --modules ${work}/node_modules --out ${page}
    DEPENDS ${installed} ${inputs} ${source}/build.mjs
    COMMENT "Bundling the report page"
    VERBATIM)
endfunction()

function(joulemark_report_page target source)
  set(reason "Joulemark was built with -DJOULEMARK_REPORT_PAGE=OFF")
  if(NOT JOULEMARK_REPORT_PAGE STREQUAL "OFF")
    joulemark_find_node(reason)
  endif()
  if(reason)
    if(JOULEMARK_REPORT_PAGE STREQUAL "ON")
      message(FATAL_ERROR "JOULEMARK_REPORT_PAGE is ON, but ${reason}; install Node.js 20 or newer with npm")
    endif()
    message(STATUS "The HTML report page is not built: ${reason}")
    set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS "JOULEMARK_NO_HTML_PAGE=\"${reason}\"")
    return()
  endif()
  set(page ${CMAKE_BINARY_DIR}/report_page/page.html)
  joulemark_bundle_report_page(${page})
  add_custom_target(report_page DEPENDS ${page})
  add_dependencies(${target} report_page)
  set_source_files_properties(${source} PROPERTIES
    OBJECT_DEPENDS ${page}
    COMPILE_DEFINITIONS "JOULEMARK_HTML_PAGE=\"${page}\"")
endfunction()
