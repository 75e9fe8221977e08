# `make package`: what goes into the Debian package, and what Debian is told of it. scripts/package.sh makes the pages,
# completions and the bill of materials from the built program, in build/release/package/.
include(GNUInstallDirs)
set(kinfold_made ${CMAKE_BINARY_DIR}/package)

install(TARGETS kinfold kinfold-verify RUNTIME DESTINATION bin COMPONENT program)
# In no distribution: beside the program, in a folder of its own that nobody else's program looks into, without its symbols for debuggers.
set(kinfold_private lib/${CMAKE_LIBRARY_ARCHITECTURE}/kinfold)
get_filename_component(kinfold_duckdb_name ${KINFOLD_DUCKDB_LIBRARY} NAME)
install(FILES ${KINFOLD_DUCKDB_LIBRARY} DESTINATION ${kinfold_private} COMPONENT program)
install(CODE "execute_process(COMMAND ${CMAKE_STRIP} --strip-unneeded
  \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${kinfold_private}/${kinfold_duckdb_name} COMMAND_ERROR_IS_FATAL ANY)" COMPONENT program)
set_target_properties(kinfold PROPERTIES INSTALL_RPATH "$ORIGIN/../${kinfold_private}")
install(DIRECTORY ${kinfold_made}/man/ DESTINATION share/man/man1 COMPONENT program OPTIONAL)
install(FILES ${kinfold_made}/completions/kinfold.bash DESTINATION share/bash-completion/completions RENAME kinfold COMPONENT program OPTIONAL)
install(FILES ${kinfold_made}/completions/_kinfold DESTINATION share/zsh/vendor-completions COMPONENT program OPTIONAL)
install(FILES ${kinfold_made}/completions/kinfold.fish DESTINATION share/fish/vendor_completions.d COMPONENT program OPTIONAL)
install(FILES ${kinfold_made}/doc/kinfold.spdx.json ${kinfold_made}/doc/copyright ${kinfold_made}/doc/changelog.Debian.gz
  DESTINATION share/doc/kinfold COMPONENT program OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/kinfold-console@.service ${PROJECT_SOURCE_DIR}/models/people.toml
  ${PROJECT_SOURCE_DIR}/charters/family-focus-demo.toml ${PROJECT_SOURCE_DIR}/charters/troubled-families.toml
  DESTINATION share/doc/kinfold/examples COMPONENT program)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kinfold)
set(CPACK_PACKAGE_VENDOR "Kinfold")
set(CPACK_PACKAGE_CONTACT "Kinfold maintainers <kinfold@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "linking records about families under an executable privacy notice")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Links records across departments, evaluates a programme and its costs,
and checks what is published, each as the programme's charter allows.
With kinfold-verify, which checks what a party shows, and a web console.")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/dist)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
get_filename_component(kinfold_duckdb_folder ${KINFOLD_DUCKDB_LIBRARY} DIRECTORY)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${kinfold_duckdb_folder})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
