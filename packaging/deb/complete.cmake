# Run by CPack between installing and packing: what Debian wants otherwise than CMake installs it.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
set(docs ${root}/usr/share/doc/dank-learning)

# One licence of all packages lies in /usr/share/common-licenses; the copyright file names it.
file(REMOVE ${docs}/LICENSE)
configure_file(${CPACK_DANK_SOURCE}/packaging/deb/copyright ${docs}/copyright COPYONLY)

set(name dank-learning)
set(version ${CPACK_DEBIAN_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
set(maintainer ${CPACK_PACKAGE_CONTACT})
if(DEFINED ENV{SOURCE_DATE_EPOCH})  # packaging/deb.sh says when the source was last changed
    execute_process(COMMAND date -u -R -d @$ENV{SOURCE_DATE_EPOCH} OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
else()
    execute_process(COMMAND date -u -R OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
configure_file(${CPACK_DANK_SOURCE}/packaging/deb/changelog.in ${docs}/changelog.Debian @ONLY)
file(RENAME ${docs}/CHANGELOG.md ${docs}/changelog)
file(MAKE_DIRECTORY ${root}/usr/share/lintian/overrides)
configure_file(${CPACK_DANK_SOURCE}/packaging/deb/lintian-overrides ${root}/usr/share/lintian/overrides/${name} COPYONLY)

file(GLOB manuals ${root}/usr/share/man/man1/*.1)
execute_process(COMMAND gzip -9n ${docs}/changelog ${docs}/changelog.Debian ${manuals} COMMAND_ERROR_IS_FATAL ANY)
