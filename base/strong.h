// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace yestermail {

/// A number that is an identity: never mixed up with another, never computed with.
template <class T, class Tag>
struct Strong {
  T value{};
  constexpr Strong() = default;
  constexpr explicit Strong(T v) : value(v) {}
  constexpr auto operator<=>(const Strong&) const = default;
};

}  // namespace yestermail

template <class T, class Tag>
struct std::hash<yestermail::Strong<T, Tag>> {
  std::size_t operator()(const yestermail::Strong<T, Tag>& id) const noexcept { return std::hash<T>{}(id.value); }
};
