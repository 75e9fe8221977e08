# Every third-party library: why it is here and who keeps it is in docs/dependencies.md.

set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)  # A program that adds Kinfold as a subfolder links what it links.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
add_library(kinfold_sodium INTERFACE)
target_link_libraries(kinfold_sodium INTERFACE PkgConfig::sodium)
pkg_check_modules(nettle REQUIRED IMPORTED_TARGET GLOBAL nettle)
add_library(kinfold_nettle INTERFACE)
target_link_libraries(kinfold_nettle INTERFACE PkgConfig::nettle)

if(NOT KINFOLD_LINKAGE_ONLY)
  find_package(CLI11 REQUIRED)
  find_package(Eigen3 REQUIRED NO_MODULE)
  find_package(SQLite3 REQUIRED)
  find_package(LibArchive REQUIRED)
  # The console's: server, templates, one-time codes, QR codes, CommonMark.
  foreach(name IN ITEMS microhttpd ctemplate oath qrencode cmark)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET lib${name})
    add_library(kinfold_${name} INTERFACE)
    target_link_libraries(kinfold_${name} INTERFACE PkgConfig::${name})
  endforeach()
endif()

find_package(tomlplusplus QUIET)
if(NOT TARGET tomlplusplus::tomlplusplus)
  pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET GLOBAL tomlplusplus)
  add_library(tomlplusplus::tomlplusplus ALIAS PkgConfig::tomlplusplus)
endif()

# DuckDB: the official shared library and its header, put in place by `make setup`, which checks
# their hashes. DUCKDB_ROOT (include/duckdb.h, lib/libduckdb.so) comes first where it is set.
set(kinfold_duckdb_root ${PROJECT_SOURCE_DIR}/.deps/duckdb)
if(DEFINED ENV{DUCKDB_ROOT})
  set(kinfold_duckdb_root $ENV{DUCKDB_ROOT})
endif()
find_path(KINFOLD_DUCKDB_INCLUDE duckdb.h
  HINTS ${kinfold_duckdb_root}/include ${kinfold_duckdb_root} NO_DEFAULT_PATH)
find_library(KINFOLD_DUCKDB_LIBRARY duckdb
  HINTS ${kinfold_duckdb_root}/lib ${kinfold_duckdb_root} NO_DEFAULT_PATH)
if(NOT KINFOLD_DUCKDB_INCLUDE OR NOT KINFOLD_DUCKDB_LIBRARY)
  message(FATAL_ERROR "DuckDB not found below ${kinfold_duckdb_root}: run 'make setup' first, or set DUCKDB_ROOT")
endif()
add_library(kinfold_duckdb SHARED IMPORTED GLOBAL)
set_target_properties(kinfold_duckdb PROPERTIES
  IMPORTED_LOCATION ${KINFOLD_DUCKDB_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${KINFOLD_DUCKDB_INCLUDE})

if(PROJECT_IS_TOP_LEVEL)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
