// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/thread_priority.h"

#include <linux/ioprio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace yestermail {
namespace {

// On Linux both are of one thread.
void set_nice(int value) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), value); }

}  // namespace

void lower_priority() {
  set_nice(10);
  ::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
}

void raise_priority() { set_nice(-10); }

}  // namespace yestermail
