# What every target of ours is compiled with, and one short way to declare a library, a program and a test.

add_library(bauta_options INTERFACE)
# g++ 12 takes members of std::regex and of absl::StatusOr for uninitialized once it inlines enough (GCC bug 105562).
target_compile_options(bauta_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-maybe-uninitialized -fno-omit-frame-pointer)
if(BAUTA_WARNINGS_ARE_ERRORS)
  target_compile_options(bauta_options INTERFACE -Werror)
endif()
target_include_directories(bauta_options INTERFACE ${PROJECT_SOURCE_DIR})
target_link_options(bauta_options INTERFACE -fuse-ld=lld)
if(BAUTA_SANITIZE)
  target_compile_options(bauta_options INTERFACE -fsanitize=${BAUTA_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(bauta_options INTERFACE -fsanitize=${BAUTA_SANITIZE})
endif()

# bauta_library(NAME SRCS … [DEPS …] [PRIVATE_DEPS …]): a static library `bauta_NAME`, called `bauta::NAME` everywhere else.
# DEPS are those that its headers expose.
function(bauta_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(bauta_${name} STATIC ${ARG_SRCS})
    target_link_libraries(bauta_${name} PUBLIC ${ARG_DEPS} PRIVATE bauta_options ${ARG_PRIVATE_DEPS})
    target_include_directories(bauta_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  else()
    add_library(bauta_${name} INTERFACE)
    target_link_libraries(bauta_${name} INTERFACE ${ARG_DEPS})
    target_include_directories(bauta_${name} INTERFACE ${PROJECT_SOURCE_DIR})
  endif()
  add_library(bauta::${name} ALIAS bauta_${name})
endfunction()

# bauta_program(NAME SRCS … DEPS …): an executable with that very name, in the build folder's `bin`.
function(bauta_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE bauta_options ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# bauta_test(NAME SRCS … DEPS …): a GoogleTest program whose cases ctest knows as one test, labelled with its folder.
function(bauta_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE bauta_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME room)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${room} TIMEOUT ${ARG_TIMEOUT})
endfunction()
