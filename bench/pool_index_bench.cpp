// SPDX-License-Identifier: GPL-3.0-or-later
// yestermail_pool_index_bench FILE PARTS...: makes the index of a pool in FILE and adds packs of 700 parts, as a writer
// does, until it has so many. Prints as JSON for each size: bytes of the file, microseconds to add a part, and to look
// up one that is there and one that is not, by a reader that was just opened; `cold` where the page cache could be
// dropped before (root).
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/digest.h"
#include "store/pool_index.h"

namespace yestermail {
namespace {

using Timer = std::chrono::steady_clock;
constexpr std::size_t kPartsInPack = 700;  // 64 MiB of parts of 90 KiB, the mean of attachments.
constexpr std::size_t kLookups = 2000;
constexpr std::uintmax_t kLargeLog = 8 << 20;  // As the writer empties it.

/// Always the same one of a number, and like no other.
Digest digest_of(std::uint64_t number) { return Digest::of(as_bytes(std::to_string(number))); }

LoadedPack pack_of(std::uint64_t first) {
  constexpr std::uint64_t kSize = 90 << 10;
  LoadedPack pack{kPartsInPack * kSize, {}};
  for (std::uint64_t i = 0; i < kPartsInPack; ++i) {
    pack.contents.push_back({digest_of(first + i), BlobForm::kWhole, kSize, i / 6 * kSize * 6, i % 6 * kSize, kSize});
  }
  return pack;
}

double micros_since(Timer::time_point start, std::size_t count) {
  return std::chrono::duration<double, std::micro>(Timer::now() - start).count() / static_cast<double>(count);
}

bool drop_page_cache() {
  std::ofstream file("/proc/sys/vm/drop_caches");
  return static_cast<bool>(file << "1\n" << std::flush);
}

/// Microseconds of one lookup; of parts that are there, or of ones that are not.
double look_up(const std::string& path, std::uint64_t parts, bool there) {
  std::mt19937_64 draw(7);
  auto index = PoolIndex::open_reader(path);
  const auto start = Timer::now();
  for (std::size_t i = 0; i < kLookups; ++i) {
    const auto found = index.find(digest_of(draw() % parts + (there ? 0 : parts)));
    if (found.has_value() != there) throw std::runtime_error("a part was lost, or made up");
  }
  return micros_since(start, kLookups);
}

void print(const std::string& path, std::uint64_t parts, double add) {
  const bool cold = drop_page_cache();
  const auto found = look_up(path, parts, true);
  drop_page_cache();
  const auto absent = look_up(path, parts, false);
  const auto warm = look_up(path, parts, false);
  std::cout << "{\"parts\": " << parts << ", \"bytes\": " << std::filesystem::file_size(path) << ", \"add_us\": " << add
            << ", \"found_us\": " << found << ", \"absent_us\": " << absent << ", \"absent_again_us\": " << warm
            << ", \"cold\": " << (cold ? "true" : "false") << "}" << std::endl;
}

void run(const std::string& path, const std::vector<std::uint64_t>& sizes) {
  std::uint64_t parts = 0;
  auto index = PoolIndex::open_writer(path);
  for (const auto size : sizes) {
    const auto before = parts;
    Timer::duration took{};
    for (; parts < size; parts += kPartsInPack) {
      const auto pack = pack_of(parts);
      const auto name = digest_of(~parts);
      const auto start = Timer::now();
      index.add_pack(name, pack);
      if (std::filesystem::file_size(path + "-wal") > kLargeLog) index.checkpoint();
      took += Timer::now() - start;
    }
    index.checkpoint();
    const auto added = static_cast<double>(std::max<std::uint64_t>(parts - before, 1));
    print(path, parts, std::chrono::duration<double, std::micro>(took).count() / added);
  }
}

}  // namespace
}  // namespace yestermail

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: yestermail_pool_index_bench FILE PARTS...\n";
    return 2;
  }
  try {
    std::vector<std::uint64_t> sizes;
    for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    yestermail::run(argv[1], sizes);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << "yestermail_pool_index_bench: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
