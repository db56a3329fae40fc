# Writes engine_abi.h: a number made of all headers that cross the engine's border, so that no one has to remember to
# raise it.
#   cmake -DROOT=source -DHEADER=core/engine/loader.h -DOUT=engine_abi.h -P engine_abi.cmake
# OUT.d lists the headers, for the build to watch.
cmake_minimum_required(VERSION 3.25)
set(waiting ${HEADER})
set(seen "")
set(text "")
set(dependencies "")
while(waiting)
    list(POP_FRONT waiting header)
    if(header IN_LIST seen)
        continue()
    endif()
    list(APPEND seen ${header})
    file(READ ${ROOT}/${header} contents)
    string(APPEND text "${contents}")
    string(APPEND dependencies " ${ROOT}/${header}")
    string(REGEX MATCHALL "#include \"core/[^\"]+" includes "${contents}")
    list(TRANSFORM includes REPLACE "#include \"" "")
    list(APPEND waiting ${includes})
endwhile()
string(SHA256 hash "${text}")
string(SUBSTRING ${hash} 0 7 digits)
file(WRITE ${OUT} "#pragma once

namespace dank {

/// What the loader and the engine must agree on: made of the headers between them when they are built.
inline constexpr int kEngineAbi = 0x${digits};

}  // namespace dank
")
file(WRITE ${OUT}.d "${OUT}:${dependencies}\n")
