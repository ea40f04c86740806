// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace yestermail {

/// A library of the system that is loaded when it is needed first, and stays for ever. For those that bring many
/// others: to start a program with them takes longer than most commands take. Safe for concurrent use.
class SharedLibrary {
 public:
  /// Error{kFailed} where it is not there; it names the library and the package of Debian that has it.
  SharedLibrary(const char* name, const char* package);

  /// Sets `function` to the function of that name; Error{kFailed} where the library has none.
  template <class F>
  void find(const char* name, F*& function) const {
    function = reinterpret_cast<F*>(address(name));
  }

 private:
  [[nodiscard]] void* address(const char* name) const;

  const std::string name_;
  void* const handle_;
};

}  // namespace yestermail
