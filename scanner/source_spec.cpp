// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/source_spec.h"

#include <algorithm>

#include "base/error.h"

namespace yestermail {
namespace {

[[noreturn]] void refuse(std::string_view whole, const std::string& why) {
  throw Error(Errc::kUsage,
              "source " + printable(whole) + ": " + why + "; write it like maildir:/srv/mail/%d/%n/Maildir");
}

/// Splits at single colons; a double one is a colon of the text.
std::vector<std::string> split_at_colons(std::string_view text) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ':') {
      parts.back() += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == ':') {
      parts.back() += ':';
      ++i;
    } else {
      parts.emplace_back();
    }
  }
  return parts;
}

std::string path_part(std::string_view text) {
  constexpr std::string_view kKind = "maildir:";
  if (!text.starts_with(kKind)) refuse(text, "it does not begin with maildir:");
  return split_at_colons(text.substr(kKind.size())).front();
}

PathTemplate::Component parse_component(std::string_view text, std::string_view whole) {
  if (text == "." || text == "..") refuse(whole, "the path has . or .. in it");
  PathTemplate::Component component;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char variable = 0;
    if (text[i] == '%') {
      if (++i == text.size()) refuse(whole, "a % stands at the end of a name (write %% for a percent sign)");
      if (text[i] != '%') variable = text[i];
      if (variable != 0 && variable != 'u' && variable != 'n' && variable != 'd') {
        refuse(whole, "%" + printable(text.substr(i, 1)) + " is not known; there are %u, %n and %d");
      }
    }
    if (variable != 0) {
      component.push_back({variable, {}});
    } else {
      if (component.empty() || component.back().variable != 0) component.push_back({});
      component.back().text += text[i];
    }
  }
  return component;
}

std::optional<std::string>& slot(SourceVariables& variables, char which) {
  return which == 'u' ? variables.user : which == 'n' ? variables.local_part : variables.domain;
}

/// Dovecot: %n is the user before the first @, %d what follows it.
bool agree(const SourceVariables& v) {
  if (v.local_part && v.local_part->find('@') != std::string::npos) return false;
  if (!v.user) return true;
  const auto whole = SourceVariables::of_account(*v.user);
  return (!v.local_part || v.local_part == whole.local_part) && (!v.domain || v.domain == whole.domain);
}

/// Matches piece by piece; a variable takes at least a byte, and as much as it can.
std::optional<SourceVariables> match_from(const PathTemplate::Component& pieces, std::size_t piece,
                                          std::string_view rest, const SourceVariables& known) {
  if (piece == pieces.size()) return rest.empty() && agree(known) ? std::optional(known) : std::nullopt;
  const auto& [variable, text] = pieces[piece];
  if (variable == 0) {
    if (!rest.starts_with(text)) return std::nullopt;
    return match_from(pieces, piece + 1, rest.substr(text.size()), known);
  }
  auto variables = known;
  auto& value = slot(variables, variable);
  if (value) {
    if (!rest.starts_with(*value)) return std::nullopt;
    return match_from(pieces, piece + 1, rest.substr(value->size()), known);
  }
  for (std::size_t size = rest.size(); size > 0; --size) {
    value = std::string(rest.substr(0, size));
    if (auto found = match_from(pieces, piece + 1, rest.substr(size), variables)) return found;
  }
  return std::nullopt;
}

/// A path as it has to be written in a specification.
std::string escaped(std::string_view path) {
  std::string result;
  for (const char c : path) {
    result += c;
    if (c == '%' || c == ':') result += c;
  }
  return result;
}

}  // namespace

SourceVariables SourceVariables::of_account(std::string_view name) {
  SourceVariables result;
  result.user = std::string(name);
  const auto at = name.find('@');
  result.local_part = std::string(name.substr(0, at));
  result.domain = at == std::string_view::npos ? std::string() : std::string(name.substr(at + 1));
  return result;
}

std::string SourceVariables::account_name() const {
  if (user) return *user;
  if (local_part && domain) return *local_part + "@" + *domain;
  return local_part ? *local_part : domain.value_or(std::string());
}

PathTemplate::PathTemplate(std::string_view path, std::string_view whole) {
  if (!path.starts_with('/')) refuse(whole, "the path does not begin with /");
  if (path.find('\0') != std::string_view::npos) refuse(whole, "the path has a NUL byte in it");
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    if (!name.empty()) components_.push_back(parse_component(name, whole));
  }
  if (components_.empty()) refuse(whole, "the path names no directory below /");
}

bool PathTemplate::has_variable(const Component& component) {
  return std::ranges::any_of(component, [](const Piece& piece) { return piece.variable != 0; });
}

std::size_t PathTemplate::fixed_components() const {
  const auto first = std::ranges::find_if(components_, has_variable);
  const auto count = static_cast<std::size_t>(first - components_.begin());
  return count == components_.size() ? count - 1 : count;
}

std::string PathTemplate::fixed_part() const { return *expand({}, fixed_components()); }

std::optional<std::string> PathTemplate::expand(const SourceVariables& variables, std::size_t count) const {
  std::string result;
  for (std::size_t i = 0; i < std::min(count, components_.size()); ++i) {
    result += '/';
    for (const auto& [variable, text] : components_[i]) {
      if (variable == 0) {
        result += text;
        continue;
      }
      auto copy = variables;
      const auto& value = slot(copy, variable);
      if (!value || value->empty() || value->find('/') != std::string::npos) return std::nullopt;
      result += *value;
    }
  }
  return result.empty() ? "/" : result;
}

std::optional<SourceVariables> PathTemplate::match(const Component& component, std::string_view name,
                                                   const SourceVariables& known) {
  return match_from(component, 0, name, known);
}

SourceSpec::SourceSpec(std::string_view text) : text_(text), mail_(path_part(text), text) {
  const auto parts = split_at_colons(text.substr(text.find(':') + 1));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto equals = parts[i].find('=');
    const auto key = parts[i].substr(0, equals);
    const auto value = equals == std::string::npos ? std::string() : parts[i].substr(equals + 1);
    if (key == "LAYOUT" && (value == "fs" || value == "maildir++")) {
      layout_ = value;
    } else if (key == "LAYOUT") {
      refuse(text, "LAYOUT=" + printable(value) + " is not known; there are maildir++ and fs");
    } else if (key == "CONTROL") {
      control_.emplace(value, text);
    } else if (key != "INDEX") {  // Where a mail server keeps its caches says nothing about mail.
      refuse(text, printable(parts[i]) + " is not known; there are LAYOUT= and CONTROL= (a colon in a path is ::)");
    }
  }
}

std::string SourceSpec::account_name(const SourceVariables& variables) const {
  auto name = variables.account_name();
  if (!name.empty()) return name;
  const auto& components = mail_.components();
  const auto& named = components[components.size() > 1 ? components.size() - 2 : 0];
  for (const auto& piece : named) name += piece.text;
  return name;
}

std::optional<SourceVariables> SourceSpec::variables_of(std::string_view account) const {
  SourceVariables variables;
  bool any = false;
  auto whole = SourceVariables::of_account(account);
  for (const auto& component : mail_.components()) {
    for (const auto& piece : component) {
      if (piece.variable == 0) continue;
      any = true;
      slot(variables, piece.variable) = slot(whole, piece.variable);
    }
  }
  if (any && variables.domain && !variables.local_part && !variables.user) variables.domain = std::string(account);
  if (account_name(variables) != account || !mail_.expand(variables)) return std::nullopt;
  return variables;
}

std::optional<std::string> SourceSpec::home(const SourceVariables& variables) const {
  const auto& components = mail_.components();
  for (std::size_t i = components.size() - 1; i-- > 0;) {
    const auto of_user = [](const PathTemplate::Piece& piece) {
      return piece.variable == 'n' || piece.variable == 'u';
    };
    if (std::ranges::any_of(components[i], of_user)) return mail_.expand(variables, i + 1);
  }
  return std::nullopt;
}

std::string SourceSpec::for_account(const SourceVariables& variables) const {
  const auto path = [&](const PathTemplate& of) { return escaped(of.expand(variables).value_or(std::string())); };
  auto result = "maildir:" + path(mail_);
  if (layout_ != "maildir++") result += ":LAYOUT=" + layout_;
  if (control_) result += ":CONTROL=" + path(*control_);
  return result;
}

}  // namespace yestermail
