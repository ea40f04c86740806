// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/store_search.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/frame.h"
#include "store/journal_segment.h"
#include "store/layout.h"
#include "store/store_header.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

using Found = std::function<void(ByteView)>;

/// The frames of a file from `at` on, as far as there are any.
void visit_frames(const File& file, std::uint64_t at, const Found& visit) {
  for (const auto size = file.size(); at < size;) {
    try {
      const auto frame = read_frame(file, "a file", at, FrameKind::kData);
      visit(frame.raw);
      at = frame.end;
    } catch (const Error&) {  // The contents of a pack, or damage that a test has made.
      return;
    }
  }
}

void visit_segment(const File& file, const Uuid& store, const Found& visit) {
  const auto header = read_segment_header(file, store);
  if (!header) return;
  read_segment(file, *header, [&](const Batch& batch) {
    for (const auto& transaction : batch.transactions) {
      for (const auto& operation : transaction.operations) {
        const auto* blob = std::get_if<BlobOperation>(&operation);
        if (blob == nullptr) continue;
        visit(decode(blob->codec, blob->encoded, static_cast<std::size_t>(blob->raw_length)));
      }
    }
  });
}

}  // namespace

std::vector<std::string> find_in_store(const std::string& path, const std::vector<std::string>& texts) {
  PosixFilesystem disk;
  const auto id = read_store_header(disk, Layout(path)).id;
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    const auto name = entry.path().string();
    const auto look = [&](ByteView bytes) {
      for (const auto& text : texts) {
        if (as_text(bytes).find(text) != std::string_view::npos) found.push_back(name + ": " + text);
      }
    };
    look(read_file(disk, name));
    const auto file = disk.open(name, Filesystem::Open::kRead);
    if (name.ends_with(".pack")) visit_frames(*file, 64, look);
    if (name.ends_with(".log")) visit_frames(*file, 112, look);
    if (name.ends_with(".journal")) visit_segment(*file, id, look);
  }
  return found;
}

}  // namespace yestermail::test
