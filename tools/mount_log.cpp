// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/mount_log.h"

#include <fcntl.h>
#include <syslog.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/instant_text.h"

namespace yestermail {

SystemLog::SystemLog() { ::openlog("yestermail", LOG_PID, LOG_DAEMON); }
SystemLog::~SystemLog() { ::closelog(); }
void SystemLog::warning(std::string_view line) {
  ::syslog(LOG_WARNING, "%.*s", static_cast<int>(line.size()), line.data());
}
void SystemLog::error(std::string_view line) { ::syslog(LOG_ERR, "%.*s", static_cast<int>(line.size()), line.data()); }

FileLog::FileLog(const std::string& path, const Clock& clock) : clock_(clock) {
  const Fd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!made.valid()) throw_errno(errno, printable(path));
  out_.open(path, std::ios::app | std::ios::binary);
  if (!out_) throw_errno(errno, printable(path));
}

void FileLog::warning(std::string_view line) { write("warning: ", line); }
void FileLog::error(std::string_view line) { write("error: ", line); }

void FileLog::write(std::string_view level, std::string_view line) {
  const std::lock_guard lock(mutex_);
  out_ << instant_text(clock_.now()) << " " << level << line << std::endl;
}

}  // namespace yestermail
