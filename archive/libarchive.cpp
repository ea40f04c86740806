// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/libarchive.h"

#include "base/shared_library.h"

namespace yestermail {
namespace {

LibarchiveFunctions load() {
  const SharedLibrary library("libarchive.so.13", "libarchive13");
  LibarchiveFunctions functions;
#define YESTERMAIL_FIND(name) library.find(#name, functions.name);
  YESTERMAIL_LIBARCHIVE_FUNCTIONS(YESTERMAIL_FIND)
#undef YESTERMAIL_FIND
  return functions;
}

}  // namespace

const LibarchiveFunctions& libarchive() {
  static const auto kFunctions = load();
  return kFunctions;
}

}  // namespace yestermail
