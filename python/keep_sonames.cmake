# A wheel cannot hold symbolic links: each would become a second copy. Keeps every library under the one name that the
# loader asks for. Run at installation, with FOLDER set.
file(GLOB kept LIST_DIRECTORIES false ${FOLDER}/*.so*)
set(targets "")
foreach(path IN LISTS kept)
  if(NOT IS_SYMLINK ${path})
    continue()
  endif()
  file(REAL_PATH ${path} real)
  list(APPEND targets ${real})
  file(REMOVE ${path})
  if(NOT path MATCHES "-linux-gnu$")  # Debian's alternatives: nobody asks for these.
    file(COPY_FILE ${real} ${path})
  endif()
endforeach()
list(REMOVE_DUPLICATES targets)
if(targets)
  file(REMOVE ${targets})
endif()
