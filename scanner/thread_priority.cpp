// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace yestermail {
namespace {

// As in linux/ioprio.h, which is no C++ in some versions: it names a parameter "class".
constexpr int kIoprioOfThread = 1;  // IOPRIO_WHO_PROCESS
constexpr int kIoprioClassBestEffort = 2;
constexpr int kIoprioClassShift = 13;
constexpr int kIoprioLowest = 7;

// On Linux both are of one thread.
void set_nice(int value) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), value); }

}  // namespace

void lower_priority() {
  set_nice(10);
  ::syscall(SYS_ioprio_set, kIoprioOfThread, 0, (kIoprioClassBestEffort << kIoprioClassShift) | kIoprioLowest);
}

void raise_priority() { set_nice(-10); }

}  // namespace yestermail
