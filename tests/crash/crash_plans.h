// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/crash_loop.h"

namespace yestermail::test {

/// Accounts are made and filled by two bulk commits.
CrashPlan bulk_plan();
/// Single items after that: the journal rolls over.
CrashPlan live_plan();
/// Many single items while another thread packs.
CrashPlan concurrent_packing_plan();
/// Packing of what stands in the journal, twice, with records between and after.
CrashPlan packing_plan();
/// Small packs are joined, of an account and of the pool.
CrashPlan joining_plan();

}  // namespace yestermail::test
