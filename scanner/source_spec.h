// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yestermail {

/// What the variables of a template stand for in one account. Unset: not known (yet).
struct SourceVariables {
  std::optional<std::string> user;        ///< %u
  std::optional<std::string> local_part;  ///< %n: the user's name before the @
  std::optional<std::string> domain;      ///< %d: after the @

  [[nodiscard]] static SourceVariables of_account(std::string_view name);
  /// %u, else %n@%d, else what there is of them.
  [[nodiscard]] std::string account_name() const;
};

/// A path with variables, as Dovecot writes it: /srv/mail/%d/%n/Maildir. A value.
class PathTemplate {
 public:
  /// One part between two slashes: texts and variables ('u', 'n', 'd') in turn.
  struct Piece {
    char variable = 0;  ///< 0: a text
    std::string text;
  };
  using Component = std::vector<Piece>;

  /// Absolute, %% for a %; Error{kUsage} that names `whole`, the specification it is a part of.
  PathTemplate(std::string_view path, std::string_view whole);

  [[nodiscard]] const std::vector<Component>& components() const { return components_; }
  [[nodiscard]] static bool has_variable(const Component& component);
  /// The path before the first component with a variable; of a path without any, the directory above its last one.
  [[nodiscard]] std::string fixed_part() const;
  [[nodiscard]] std::size_t fixed_components() const;
  /// The first `count` components with their variables put in; all of them by default. Empty without a value for one.
  [[nodiscard]] std::optional<std::string> expand(const SourceVariables& variables, std::size_t count = SIZE_MAX) const;
  /// Takes a directory name for a component: what the variables then are, together with those that are known already.
  [[nodiscard]] static std::optional<SourceVariables> match(const Component& component, std::string_view name,
                                                            const SourceVariables& known);

 private:
  std::vector<Component> components_;
};

/// Where mail comes from: `maildir:/srv/mail/%d/%n/Maildir[:LAYOUT=fs][:CONTROL=/path/%d/%n]`. `::` is a colon in a
/// path.
class SourceSpec {
 public:
  /// Error{kUsage} with the way out.
  explicit SourceSpec(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const PathTemplate& mail() const { return mail_; }
  [[nodiscard]] const std::optional<PathTemplate>& control() const { return control_; }
  [[nodiscard]] const std::string& layout() const { return layout_; }  ///< "maildir++" or "fs"

  /// The name of the account whose variables these are; of a path without variables, the directory above it.
  [[nodiscard]] std::string account_name(const SourceVariables& variables) const;
  /// What the variables must be for an account of this name; nothing where it cannot come from this source.
  [[nodiscard]] std::optional<SourceVariables> variables_of(std::string_view account) const;
  /// The path of the last component that bears %n or %u, where the mail stands below that.
  [[nodiscard]] std::optional<std::string> home(const SourceVariables& variables) const;
  /// A specification without variables for one account.
  [[nodiscard]] std::string for_account(const SourceVariables& variables) const;

 private:
  std::string text_;
  PathTemplate mail_;
  std::optional<PathTemplate> control_;
  std::string layout_ = "maildir++";
};

}  // namespace yestermail
