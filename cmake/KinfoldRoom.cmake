# One room = one library. DEPENDS is the architecture: a room that is not named there cannot be
# linked. USES names third-party targets; they stay private to the room unless PUBLIC_USES.

add_library(kinfold_strict INTERFACE)
option(KINFOLD_WERROR "Warnings are errors" OFF)
target_compile_options(kinfold_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false alarms of g++ 12 on std::string (GCC bug 105329)
  $<$<BOOL:${KINFOLD_WERROR}>:-Werror>)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(KINFOLD_CCACHE ccache)
if(KINFOLD_CCACHE)
  # Paths are taken relative to the clone, so that every clone shares one cache.
  set(kinfold_launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${KINFOLD_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${kinfold_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${kinfold_launcher})
endif()

set(KINFOLD_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")
if(KINFOLD_SANITIZE)
  add_compile_options(-fsanitize=${KINFOLD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KINFOLD_SANITIZE})
endif()
option(KINFOLD_COVERAGE "Count which lines run" OFF)
if(KINFOLD_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

function(kinfold_add_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;USES;PUBLIC_USES")
  add_library(kinfold_${name} STATIC ${arg_SOURCES})
  add_library(kinfold::${name} ALIAS kinfold_${name})
  target_include_directories(kinfold_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM arg_DEPENDS PREPEND kinfold::)
  target_link_libraries(kinfold_${name}
    PUBLIC ${arg_DEPENDS} ${arg_PUBLIC_USES} Threads::Threads
    PRIVATE ${arg_USES} kinfold_strict)
endfunction()

# The tests of one room: one program, found by ctest at test time.
function(kinfold_add_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;USES")
  add_executable(kinfold_${name}_tests ${arg_SOURCES})
  list(TRANSFORM arg_DEPENDS PREPEND kinfold::)
  target_include_directories(kinfold_${name}_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(kinfold_${name}_tests
    PRIVATE ${arg_DEPENDS} ${arg_USES} kinfold_test_paths GTest::gtest_main GTest::gmock kinfold_strict)
  # What is measured is in the rooms: optimising gtest's and rapidcheck's templates only costs time.
  target_compile_options(kinfold_${name}_tests PRIVATE $<$<CONFIG:Release>:-O1>)
  gtest_discover_tests(kinfold_${name}_tests
    TEST_PREFIX ${name}. NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 600
    PROPERTIES LABELS ${name} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
