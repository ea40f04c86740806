# SPDX-License-Identifier: GPL-3.0-or-later
# What `cmake --install` puts where: the program, what mount(8) calls, the man pages, the systemd unit, examples and the scripts for Dovecot.
include(GNUInstallDirs)
find_program(AWK NAMES mawk gawk awk REQUIRED)

install(TARGETS yestermail RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

file(GLOB man_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.1.md)
set(man_pages)
foreach(source ${man_sources})
  get_filename_component(name ${source} NAME_WLE)
  set(page ${PROJECT_BINARY_DIR}/man/${name})
  add_custom_command(OUTPUT ${page}
    COMMAND ${AWK} -v version=${PROJECT_VERSION} -f ${PROJECT_SOURCE_DIR}/cmake/man.awk ${source} > ${page}
    DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/man.awk VERBATIM)
  list(APPEND man_pages ${page})
endforeach()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man)
add_custom_target(yestermail_man ALL DEPENDS ${man_pages})
install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# Where systemd looks is named in relation to a prefix of /usr or /usr/local, without Debian's architecture.
set(YESTERMAIL_PROGRAM ${CMAKE_INSTALL_FULL_BINDIR}/yestermail)
configure_file(${PROJECT_SOURCE_DIR}/packaging/systemd/yestermail-watch@.service.in
  ${PROJECT_BINARY_DIR}/packaging/yestermail-watch@.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/packaging/yestermail-watch@.service DESTINATION lib/systemd/system)

# mount(8) looks for helpers in /sbin, which is /usr/sbin: with another prefix, link it there.
install(PROGRAMS ${PROJECT_SOURCE_DIR}/packaging/mount.yestermail DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(FILES ${PROJECT_SOURCE_DIR}/packaging/systemd/mnt-past.mount ${PROJECT_SOURCE_DIR}/packaging/systemd/mnt-past.automount
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

# The scripts find what they share beside the file that their link in the path of programs leads to.
set(dovecot_directory ${CMAKE_INSTALL_LIBEXECDIR}/yestermail/dovecot)
set(dovecot_source ${PROJECT_SOURCE_DIR}/packaging/dovecot)
install(PROGRAMS ${dovecot_source}/yestermail-past ${dovecot_source}/yestermail-recover DESTINATION ${dovecot_directory})
install(FILES ${dovecot_source}/past_tree.py ${dovecot_source}/processes.py ${dovecot_source}/dovecot.conf.in
  ${dovecot_source}/past-users.conf DESTINATION ${dovecot_directory})
foreach(name yestermail-past yestermail-recover)
  file(CREATE_LINK ../${dovecot_directory}/${name} ${PROJECT_BINARY_DIR}/packaging/${name} SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/packaging/${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endforeach()
