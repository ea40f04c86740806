// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace yestermail {
namespace {

// Of <linux/ioprio.h>, which newer kernel headers no longer let C++ include.
constexpr int kOneProcess = 1;  // IOPRIO_WHO_PROCESS; a thread, in truth
constexpr int kBestEffort = 2;  // IOPRIO_CLASS_BE
constexpr int kClassShift = 13;
constexpr int kLowest = 7;

// On Linux both are of one thread.
void set_nice(int value) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), value); }

}  // namespace

void lower_priority() {
  set_nice(10);
  ::syscall(SYS_ioprio_set, kOneProcess, 0, kBestEffort << kClassShift | kLowest);
}

void raise_priority() { set_nice(-10); }

}  // namespace yestermail
