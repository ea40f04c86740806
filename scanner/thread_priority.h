// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace yestermail {

/// For a thread that has much to do and all the time in the world: whoever else wants the processor or the disk comes
/// first. Threads that it starts are the same.
void lower_priority();

/// For a thread that has little to do and should do it at once. Needs a privilege; without it nothing changes.
void raise_priority();

}  // namespace yestermail
