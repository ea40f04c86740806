// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/source_map.h"

#include <algorithm>

#include "scanner/maildir/skipped_names.h"

namespace yestermail {
namespace {

std::vector<std::string_view> names_of(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

/// How far a path goes along a template.
struct Match {
  bool fits = false;   ///< as far as the shorter of both goes
  bool whole = false;  ///< the path is at the template's end, or below it
  SourceVariables variables;
  std::string rest;  ///< whole: below the template's end
};

Match match(const PathTemplate& path, const std::vector<std::string_view>& names) {
  Match result;
  const auto& components = path.components();
  const auto common = std::min(components.size(), names.size());
  for (std::size_t i = 0; i < common; ++i) {
    // As the search for accounts: hidden directories are none.
    if (PathTemplate::has_variable(components[i]) && names[i].starts_with('.')) return result;
    const auto matched = PathTemplate::match(components[i], names[i], result.variables);
    if (!matched) return result;
    result.variables = *matched;
  }
  result.fits = true;
  result.whole = common == components.size();
  for (std::size_t i = common; i < names.size(); ++i) {
    if (i > common) result.rest += '/';
    result.rest += names[i];
  }
  return result;
}

bool is_below(std::string_view path, std::string_view directory) {
  if (!path.starts_with(directory)) return false;
  return path.size() == directory.size() || directory == "/" || path[directory.size()] == '/';
}

}  // namespace

Located SourceMap::locate(std::string_view directory) const {
  const auto names = names_of(directory);
  const auto mail = match(spec_.mail(), names);
  if (mail.fits && mail.whole) return {Located::Kind::kMail, spec_.account_name(mail.variables), mail.rest};
  if (spec_.control()) {
    const auto control = match(*spec_.control(), names);
    if (control.fits && control.whole) {
      return {Located::Kind::kControl, spec_.account_name(control.variables), control.rest};
    }
    if (control.fits && !mail.fits) return {Located::Kind::kAbove, {}, {}};
  }
  if (mail.fits) {
    const auto home = spec_.home(mail.variables);
    if (home && *home == directory) return {Located::Kind::kHome, spec_.account_name(mail.variables), {}};
    return {Located::Kind::kAbove, {}, {}};
  }
  // Sieve scripts stand beside the mail: …/alice/sieve.
  for (std::size_t depth = names.size(); depth-- > 0;) {
    if (names[depth] != "sieve") continue;
    const auto above = match(spec_.mail(), {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(depth)});
    if (!above.fits || above.whole) continue;
    std::string path;
    for (std::size_t i = 0; i < depth; ++i) path += "/" + std::string(names[i]);
    const auto home = spec_.home(above.variables);
    if (!home || *home != path) continue;
    return {Located::Kind::kHome, spec_.account_name(above.variables), std::string(directory.substr(path.size() + 1))};
  }
  return {};
}

bool SourceMap::matters(std::string_view directory) const {
  const auto located = locate(directory);
  if (located.kind == Located::Kind::kNowhere) return false;
  if (located.kind != Located::Kind::kMail || located.path.empty()) return true;
  std::string_view path = located.path;
  while (!path.empty()) {
    const auto name = path.substr(0, path.find('/'));
    if (name == "tmp" || is_skipped_directory(name)) return false;
    path.remove_prefix(std::min(path.size(), name.size() + 1));
  }
  return true;
}

std::vector<std::string> SourceMap::roots() const {
  std::vector<std::string> roots{spec_.mail().fixed_part()};
  if (spec_.control()) {
    const auto control = spec_.control()->fixed_part();
    if (is_below(control, roots.front())) return roots;
    if (is_below(roots.front(), control)) return {control};
    roots.push_back(control);
  }
  return roots;
}

}  // namespace yestermail
