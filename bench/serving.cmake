# SPDX-License-Identifier: Apache-2.0
# The HTTP server alone, for script/bench serving.
add_executable(serving_null serving_null.cpp)
target_link_libraries(serving_null PRIVATE jm_http)

# The least that a server can do, beside it.
add_executable(serving_floor serving_floor.cpp)
target_link_libraries(serving_floor PRIVATE jm_base fmt::fmt Threads::Threads)

# Requests at a rate, and a closed loop, for that and for script/soak.
add_executable(serving_client serving_client.cpp)
target_link_libraries(serving_client PRIVATE jm_base fmt::fmt)
