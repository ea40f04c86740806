// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/run.h"

#include <exception>
#include <new>

#include "base/error.h"
#include "tools/command.h"
#include "tools/fd_stream.h"
#include "tools/help.h"

#ifndef YESTERMAIL_VERSION
#error "The build names the version."
#endif

namespace yestermail {
namespace {

/// Where the help is to be looked for; set once the command is known.
using HelpHint = std::string;

[[noreturn]] void unknown_command(const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto* command : commands()) names.push_back(command->name);
  const auto meant = nearest(name, names);
  throw Error(Errc::kUsage, "unknown command \"" + printable(name) + "\"" +
                                (meant ? "; did you mean \"" + std::string(*meant) + "\"?" : ""));
}

int show_help(std::span<const std::string> words, Environment& env) {
  if (words.empty()) {
    env.out << program_help();
    return 0;
  }
  const auto* command = find_command(words[0]);
  if (command == nullptr) unknown_command(words[0]);
  env.out << command_help(*command);
  return 0;
}

int dispatch(std::span<const std::string> words, Environment& env, HelpHint& hint) {
  if (words.empty()) throw Error(Errc::kUsage, "no command given");
  if (words[0] == "--version" || words[0] == "version") {
    env.out << "yestermail " YESTERMAIL_VERSION "\n";
    return 0;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return show_help(words.subspan(1), env);
  if (words[0].starts_with("-")) {
    throw Error(Errc::kUsage, "unknown option " + printable(words[0]) + " before the command: options follow it");
  }
  const auto* command = find_command(words[0]);
  if (command == nullptr) unknown_command(words[0]);
  hint = std::string("yestermail ") + std::string(command->name) + " --help";
  const auto arguments = Arguments::parse(words.subspan(1), command->options);
  if (arguments.has("help")) {
    env.out << command_help(*command);
    return 0;
  }
  return command->run(arguments, env);
}

int report(const Error& error, Environment& env, const HelpHint& hint) {
  env.err << "yestermail: " << error.what() << "\n";
  if (error.code() == Errc::kUsage) env.err << "see " << hint << "\n";
  return exit_status(error.code());
}

}  // namespace

int run(std::span<const std::string> words, Environment& env) noexcept {
  HelpHint hint = "yestermail --help";
  try {
    try {
      const int status = dispatch(words, env, hint);
      env.out.flush();
      if (!env.out) throw Error(Errc::kIo, "standard output: cannot be written");
      return status;
    } catch (const OutputClosed&) {
      return 0;  // Whoever read our output has read enough.
    } catch (const Error& error) {
      return report(error, env, hint);
    } catch (const std::bad_alloc&) {
      return report(Error(Errc::kFailed, "out of memory: give it more, or fewer --threads"), env, hint);
    } catch (const std::exception& problem) {
      return report(Error(Errc::kFailed, printable(problem.what())), env, hint);
    }
  } catch (...) {
    return exit_status(Errc::kFailed);  // Not even the error could be written.
  }
}

}  // namespace yestermail
