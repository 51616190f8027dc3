# SPDX-License-Identifier: Apache-2.0
# How often the verdict is right, over simulated experiments whose truth is known.
add_executable(campaigns campaigns.cpp campaigns_world.cpp)
target_link_libraries(campaigns PRIVATE jm_verdict fmt::fmt)
target_include_directories(campaigns PRIVATE ${CMAKE_CURRENT_LIST_DIR})
