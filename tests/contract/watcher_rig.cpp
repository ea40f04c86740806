// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/watcher_rig.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/error.h"

namespace yestermail::test {
namespace {

bool is_at_or_below(const std::string& path, const std::string& directory) {
  return path == directory || (path.starts_with(directory) && path[directory.size()] == '/');
}

std::string path_of(const Hint& hint) { return hint.name.empty() ? hint.directory : hint.directory + "/" + hint.name; }

}  // namespace

bool matters_here(const std::string& directory) {
  return !directory.ends_with("/tmp") && directory.find("/ignored") == std::string::npos;
}

std::unique_ptr<Watcher> make_watcher(WatchMethod method, const WatcherSettings& settings) {
  switch (method) {
    case WatchMethod::kFanotify: return make_fanotify_watcher(settings);
    case WatchMethod::kInotify: return make_inotify_watcher(settings);
    case WatchMethod::kPolling: break;
  }
  return make_polling_watcher(settings);
}

std::string why_no_fanotify() {
  const TempDirectory directory;
  try {
    make_fanotify_watcher({directory.path(), matters_here, std::chrono::seconds(1), 0});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

void make_maildir(const std::string& path) {
  for (const char* name : {"cur", "new", "tmp"}) std::filesystem::create_directories(path + "/" + name);
}

void deliver(const std::string& maildir, const std::string& name) {
  write_file(maildir + "/tmp/" + name);
  rename_path(maildir + "/tmp/" + name, maildir + "/new/" + name);
}

void rename_path(const std::string& from, const std::string& to) { std::filesystem::rename(from, to); }

HintSink Hints::sink() {
  return [this](Hint&& hint) { hints_.push_back(std::move(hint)); };
}

bool Hints::cover(const std::string& path) const {
  for (const auto& hint : hints_) {
    const bool with_all_below = hint.name.empty() || hint.is_directory;
    if (with_all_below ? is_at_or_below(path, path_of(hint)) : path == path_of(hint)) return true;
  }
  return false;
}

bool Hints::name(const std::string& path) const {
  for (const auto& hint : hints_)
    if (!hint.name.empty() && path == path_of(hint)) return true;
  return false;
}

bool Hints::missed() const {
  for (const auto& hint : hints_)
    if (hint.missed) return true;
  return false;
}

std::string Hints::text() const {
  std::string text = std::to_string(hints_.size()) + " hints:";
  for (std::size_t i = 0; i < hints_.size() && i < 40; ++i)
    text += "\n  " + path_of(hints_[i]) + (hints_[i].name.empty() ? " and all below" : "") +
            (hints_[i].is_directory ? " (directory)" : "") + (hints_[i].missed ? " (missed)" : "");
  return text;
}

WatchedTree::WatchedTree(WatchMethod method, std::chrono::milliseconds poll_interval, TempDirectory::Where where)
    : method_(method), poll_interval_(poll_interval), outside_(where) {
  std::filesystem::create_directory(root());
}

void WatchedTree::start(std::uint64_t most_directories) {
  watcher_ = make_watcher(method_, {root(), matters_here, poll_interval_, most_directories});
}

bool WatchedTree::collect() {
  const auto wait = method_ == WatchMethod::kPolling ? poll_interval_ * 2 : std::chrono::milliseconds(0);
  return watcher_->wait(wait, hints.sink()) && watcher_->wait(wait, hints.sink());
}

}  // namespace yestermail::test
