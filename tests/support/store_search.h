// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace yestermail::test {

/// Looks for texts in every byte of every file of a store, and in what its packs, logs and journal segments hold
/// compressed. Returns a line for each find: the file and the text.
std::vector<std::string> find_in_store(const std::string& path, const std::vector<std::string>& texts);

}  // namespace yestermail::test
