// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace yestermail {

/// How much memory the heap keeps of what is free again. Both are to be called before threads begin.

/// For what runs for weeks; every command begins with it.
void bound_heap();

/// For a command that reads much and ends then: contents come and go by the MiB, and much of its processor time would
/// be spent on getting their memory anew.
void keep_large_pieces();

}  // namespace yestermail
