// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace yestermail {

/// For a command that reads much and ends then. Contents come and go by the MiB; main() bounds what the heap keeps of
/// them for what runs for weeks, and much of the command's processor time would be spent on getting them anew. To be
/// called before threads begin.
void keep_large_pieces();

}  // namespace yestermail
