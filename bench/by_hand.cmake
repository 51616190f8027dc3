# SPDX-License-Identifier: Apache-2.0
# The engines on TensorFlow and MXNet against a network written by hand with each library's calls.
set(engines ${CMAKE_SOURCE_DIR}/engines)
add_executable(bare_tensorflow bare_tensorflow.cpp resnet50.cpp ${engines}/tensorflow/config.cpp
  ${engines}/tensorflow/dtypes.cpp ${engines}/tensorflow/lowering/graph_writer.cpp ${engines}/tensorflow/tf_api.cpp
  ${engines}/tensorflow/tf_errors.cpp)
target_link_libraries(bare_tensorflow PRIVATE protozero::protozero)
add_executable(bare_mxnet bare_mxnet.cpp resnet50.cpp ${engines}/mxnet/arrays.cpp ${engines}/mxnet/dtypes.cpp
  ${engines}/mxnet/lowering/attr.cpp ${engines}/mxnet/mx_api.cpp ${engines}/mxnet/mx_errors.cpp)

add_executable(bench_by_hand by_hand_bench.cpp resnet50.cpp side_by_side.cpp overhead_worker.cpp)
target_link_libraries(bench_by_hand PRIVATE jm_checkpoint jm_engine jm_stats nlohmann_json::nlohmann_json fmt::fmt)
target_include_directories(bench_by_hand PRIVATE ${CMAKE_CURRENT_LIST_DIR})
add_dependencies(bench_by_hand joulemark-worker)
foreach(engine tensorflow mxnet)
  target_include_directories(bare_${engine} PRIVATE ${engines} ${CMAKE_CURRENT_LIST_DIR})
  target_link_libraries(bare_${engine} PRIVATE joulemark_lowering_kit jm_model ${CMAKE_DL_LIBS})
  add_dependencies(bench_by_hand bare_${engine} joulemark_${engine})
endforeach()
