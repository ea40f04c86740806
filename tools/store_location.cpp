// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/store_location.h"

#include <filesystem>

#include "base/error.h"
#include "base/instant_text.h"
#include "policy/snapshots.h"

namespace yestermail {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

/// The value of `store = DIR`. Anything else in the file is an error, so that a typing error does not go unseen.
std::optional<std::string> configured_store(const Environment& env) {
  if (!env.disk.exists(env.config_path)) return std::nullopt;
  const auto bytes = read_file(env.disk, env.config_path, 1U << 20U);
  auto rest = as_text(bytes);
  std::optional<std::string> store;
  for (int number = 1; !rest.empty(); ++number) {
    const auto line = trimmed(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(
        std::min(rest.size(), rest.find('\n') == std::string_view::npos ? rest.size() : rest.find('\n') + 1));
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : trimmed(line.substr(equals + 1));
    if (value.empty() || trimmed(line.substr(0, equals)) != "store") {
      throw Error(Errc::kUsage, env.config_path + " line " + std::to_string(number) + ": \"" + printable(line) +
                                    "\" is not understood: write \"store = DIR\"");
    }
    store = std::string(value);
  }
  return store;
}

/// The instant of a snapshot of that name, where there is a store to look for it.
std::optional<Instant> instant_of_snapshot(const Arguments& arguments, const std::string& name,
                                           const Environment& env) {
  if (!is_snapshot_name(name)) return std::nullopt;
  std::string store;
  try {
    store = store_path(arguments, env);
  } catch (const Error&) {
    return std::nullopt;  // The command tells by itself that it has none.
  }
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store);
  const auto snapshot = snapshot_named(*view, name);
  if (!snapshot) return std::nullopt;
  return snapshot->at;
}

}  // namespace

std::string store_path(const std::optional<std::string>& given, const Environment& env) {
  auto path = given;
  if (!path && env.variable) path = env.variable("YESTERMAIL_STORE");
  if (!path || path->empty()) path = configured_store(env);
  if (!path) {
    throw Error(Errc::kUsage, "no store given: use --store DIR, set YESTERMAIL_STORE, or write \"store = DIR\" in " +
                                  env.config_path);
  }
  while (path->size() > 1 && path->back() == '/') path->pop_back();
  return *path;
}

std::string store_path(const Arguments& arguments, const Environment& env) {
  return store_path(arguments.value("store"), env);
}

StoreWorld store_world(const Environment& env, Log& log) { return {env.disk, env.clock, log}; }

std::optional<Instant> instant_option(const Arguments& arguments, std::string_view option, const Environment& env) {
  const auto text = arguments.value(option);
  if (!text) return std::nullopt;
  const auto now = env.clock.now();
  if (const auto at = instant_of_snapshot(arguments, *text, env)) return at;
  const auto instant = parse_instant(*text, now);
  const auto name = "--" + std::string(option) + " " + printable(*text);
  constexpr const char* kForms =
      "write 2026-11-22, 2026-11-22T10:15, 2026-11-22T10:15:07+01:00, yesterday, 3h-ago, 2d-ago or a snapshot";
  if (!instant) throw Error(Errc::kUsage, name + ": not an instant: " + kForms);
  if (*instant > now) {
    throw Error(Errc::kUsage, name + ": is in the future (" + instant_text(*instant) + "): " + kForms);
  }
  return instant;
}

Instant at_option(const Arguments& arguments, const Environment& env) {
  return instant_option(arguments, "at", env).value_or(kForever);
}

std::string absolute_path(const std::string& path) {
  auto text = std::filesystem::absolute(path).string();  // ".." stays: it may follow a link.
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace yestermail
