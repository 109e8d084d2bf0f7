# Runs at install time: puts the public headers below PREFIX/include/asbench. In the tree they include each other from the root
# ("core/json.h"); installed, every name begins with asbench/, so that a consumer's own core/json.h is never taken for ours.
#
# Reads HEADERS (paths from SOURCE), MODULES (top folders), SOURCE, STAGING (a scratch folder).
cmake_policy(VERSION 3.25)
file(REMOVE_RECURSE "${STAGING}")
list(JOIN MODULES "|" module_pattern)
foreach(header IN LISTS HEADERS)
  file(READ "${SOURCE}/${header}" text)
  string(REGEX MATCHALL "#include \"(${module_pattern})/[^\"]+\"" includes "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^#include \"(.*)\"$" "\\1" included "${include}")
    if(NOT included IN_LIST HEADERS)
      message(FATAL_ERROR "${header} is installed and includes ${included}, which is not: add it to PUBLIC_HEADERS in the "
              "CMakeLists.txt of its folder, or include it in the .cpp only")
    endif()
  endforeach()
  string(REGEX REPLACE "#include \"(${module_pattern})/" "#include \"asbench/\\1/" text "${text}")
  file(WRITE "${STAGING}/asbench/${header}" "${text}")
endforeach()
file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include" TYPE DIRECTORY FILES "${STAGING}/asbench")
