// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/gmime_library.h"

#include "base/shared_library.h"

namespace yestermail {
namespace {

GMimeFunctions load() {
  const SharedLibrary library("libgmime-3.0.so.0", "libgmime-3.0-0");
  GMimeFunctions functions;
#define YESTERMAIL_FIND(name) library.find(#name, functions.name);
  YESTERMAIL_GMIME_FUNCTIONS(YESTERMAIL_FIND)
#undef YESTERMAIL_FIND
  functions.g_mime_init();
  return functions;
}

}  // namespace

const GMimeFunctions& gmime() {
  static const auto kFunctions = load();
  return kFunctions;
}

std::unique_lock<std::mutex> enter_gmime() {
  static std::mutex mutex;
  return std::unique_lock(mutex);
}

}  // namespace yestermail
