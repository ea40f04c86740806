// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/shared_library.h"

#include <dlfcn.h>

#include "base/error.h"

namespace yestermail {
namespace {

std::string reason() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason told" : text;
}

void* load(const std::string& name, const char* package) {
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return handle;
  throw Error(Errc::kFailed, "cannot load " + name + ", which the package " + package + " has: " + reason());
}

}  // namespace

SharedLibrary::SharedLibrary(const char* name, const char* package) : name_(name), handle_(load(name_, package)) {}

void* SharedLibrary::address(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) throw Error(Errc::kFailed, name_ + " is not the one that is wanted: " + reason());
  return found;
}

}  // namespace yestermail
