// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/help.h"

#include <algorithm>

namespace yestermail {
namespace {

constexpr std::size_t kColumns = 80;

/// `text` broken into lines after `first`, the following lines indented by `indent`.
std::string wrapped(std::string first, std::string_view text, std::size_t indent) {
  std::string out;
  std::string line = std::move(first);
  line.resize(std::max(line.size(), indent), ' ');
  bool fresh = line.size() == indent;
  if (!fresh) {  // What stands before is too long to share its line.
    out += line + '\n';
    line.assign(indent, ' ');
    fresh = true;
  }
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (!fresh && line.size() + 1 + word.size() > kColumns) {
      out += line + '\n';
      line.assign(indent, ' ');
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out + line + '\n';
}

std::string option_line(const OptionSpec& option) {
  std::string left = option.letter != 0 ? std::string("  -") + option.letter + ", " : std::string("      ");
  left += "--" + std::string(option.name);
  if (!option.argument.empty()) left += " " + std::string(option.argument);
  return wrapped(left + "  ", option.help, 28);
}

}  // namespace

std::string program_help() {
  std::string out =
      "Yestermail keeps the whole history of a mail server and shows it as a\n"
      "filesystem. A restore is cp.\n\n"
      "Usage: yestermail COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n";
  for (const auto* command : commands()) out += wrapped("  " + std::string(command->name) + "  ", command->summary, 12);
  out +=
      "\nOptions:\n"
      "  --help      show this\n"
      "  --version   show the version\n"
      "\nThe store is the one of --store DIR, else of the environment variable\n"
      "YESTERMAIL_STORE, else of the line \"store = DIR\" in\n"
      "/etc/yestermail/yestermail.conf.\n"
      "\nExit status: 0 done, 1 failed, 2 wrong usage, 3 damage found, 4 store locked,\n"
      "5 partly done.\n"
      "\n\"yestermail COMMAND --help\" tells more about a command.\n";
  return out;
}

std::string command_help(const Command& command) {
  auto out = wrapped("Usage: ", "yestermail " + std::string(command.name) + " " + std::string(command.synopsis), 7);
  out += "\n" + wrapped({}, command.about, 0) + "\nOptions:\n";
  for (const auto& option : command.options) out += option_line(option);
  out += option_line({"help", 'h', "", "show this", false});
  return out;
}

}  // namespace yestermail
