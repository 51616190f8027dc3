# SPDX-License-Identifier: Apache-2.0
# What the timing loop costs, and whether a trial is as fast as a bare loop on the same library.
add_executable(bench_overhead overhead_loop.cpp)
target_link_libraries(bench_overhead PRIVATE jm_worker jm_engine)

add_executable(bench_parity overhead_parity.cpp overhead_worker.cpp)
target_link_libraries(bench_parity PRIVATE jm_model jm_engine nlohmann_json::nlohmann_json)
target_include_directories(bench_parity PRIVATE ${CMAKE_CURRENT_LIST_DIR})
add_dependencies(bench_parity joulemark-worker)

# The bare loops call the engine's own library, through the declarations of its plugin.
set(engines ${CMAKE_SOURCE_DIR}/engines)
add_executable(bare_onnxruntime overhead_bare_onnxruntime.cpp ${engines}/onnxruntime/ort_api.cpp)
add_executable(bare_openvino overhead_bare_openvino.cpp ${engines}/openvino/ov_api.cpp ${engines}/openvino/ov_types.cpp)
target_include_directories(bare_onnxruntime PRIVATE ${engines}/onnxruntime)
target_include_directories(bare_openvino PRIVATE ${engines}/openvino)
foreach(program bare_onnxruntime bare_openvino)
  target_include_directories(${program} PRIVATE ${engines} ${CMAKE_CURRENT_LIST_DIR})
  target_link_libraries(${program} PRIVATE jm_model ${CMAKE_DL_LIBS})
  add_dependencies(bench_parity ${program})
endforeach()
