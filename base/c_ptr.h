// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

namespace yestermail {

/// Calls a C library's release function; adds no size to the pointer.
template <auto Release>
struct CDelete {
  template <class T>
  void operator()(T* handle) const {
    Release(handle);
  }
};

/// Owner of a C handle: CPtr<sqlite3_stmt, sqlite3_finalize>.
template <class T, auto Release>
using CPtr = std::unique_ptr<T, CDelete<Release>>;

}  // namespace yestermail
