// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/byte_classes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using Classes = std::map<std::string, std::vector<Region>>;

constexpr std::uint64_t kBlock = 4096;

/// A file's bytes with the numbers that stand in it.
class Image {
 public:
  Image(const std::string& root, std::string path) : path_(std::move(path)) {
    std::ifstream in(root + "/" + path_, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }

  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string text(std::uint64_t at, std::size_t length) const {
    return at < size() ? bytes_.substr(at, length) : "";
  }
  [[nodiscard]] std::uint64_t little(std::uint64_t at, unsigned width) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= byte(at + i) << (8 * i);
    return value;
  }
  [[nodiscard]] std::uint64_t big(std::uint64_t at, unsigned width) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value = value << 8U | byte(at + i);
    return value;
  }
  [[nodiscard]] Region region(std::uint64_t offset, std::uint64_t length) const { return {path_, offset, length}; }
  [[nodiscard]] Region whole() const { return region(0, size()); }

 private:
  [[nodiscard]] std::uint64_t byte(std::uint64_t at) const {
    if (at >= size()) throw std::runtime_error(path_ + ": not as docs/format.md says");
    return static_cast<unsigned char>(bytes_[at]);
  }

  std::string path_;
  std::string bytes_;
};

void classify_frames(const Image& file, std::uint64_t at, std::uint64_t end, const std::string& kind,
                     Classes& classes) {
  constexpr std::uint64_t kHeader = 32;
  while (at < end) {
    const auto encoded = file.little(at + 12, 4);
    const auto name = file.text(at, 4) == "YMTC" ? kind + ": contents" : kind + ": frame";
    classes[name + " header"].push_back(file.region(at, kHeader));
    if (encoded > 0) classes[name + " payload"].push_back(file.region(at + kHeader, encoded));
    at += kHeader + encoded;
  }
  if (at != end) throw std::runtime_error(kind + ": frames do not fill it");
}

void classify_pack(const Image& file, const std::string& kind, Classes& classes) {
  constexpr std::uint64_t kHeader = 64;
  constexpr std::uint64_t kFooter = 32;
  classes[kind + ": header"].push_back(file.region(0, kHeader));
  classify_frames(file, kHeader, file.size() - kFooter, kind, classes);
  classes[kind + ": footer"].push_back(file.region(file.size() - kFooter, kFooter));
}

void classify_log(const Image& file, Classes& classes) {
  constexpr std::uint64_t kHeader = 112;
  classes["log: header"].push_back(file.region(0, kHeader));
  classify_frames(file, kHeader, file.size(), "log", classes);
}

void classify_journal(const Image& file, Classes& classes) {
  constexpr std::uint64_t kHeader = 64;
  constexpr std::uint64_t kBatchHeader = 48;
  classes["journal: segment header"].push_back(file.region(0, kHeader));
  classes["journal: room after the header"].push_back(file.region(kHeader, kBlock - kHeader));
  const auto number = file.little(8, 8);
  std::uint64_t at = kBlock;
  while (at + kBatchHeader < file.size() && file.text(at, 4) == "YMJB" && file.little(at + 16, 8) == number) {
    const auto length = file.little(at + 4, 4);
    classes["journal: batch header"].push_back(file.region(at, kBatchHeader));
    classes["journal: batch payload"].push_back(file.region(at + kBatchHeader, length));
    at = (at + kBatchHeader + length + kBlock - 1) / kBlock * kBlock;
  }
  if (at < file.size()) classes["journal: room after the last batch"].push_back(file.region(at, file.size() - at));
}

void classify_database(const Image& file, const std::string& kind, Classes& classes) {
  classes[kind + ": header"].push_back(file.region(0, 100));
  const auto page = file.big(16, 2);
  classes[kind + ": pages"].push_back(file.region(100, file.size() - 100));
  for (auto trunk = file.big(32, 4); trunk != 0; trunk = file.big((trunk - 1) * page, 4)) {
    classes[kind + ": free list"].push_back(file.region((trunk - 1) * page, page));
    const auto leaves = file.big((trunk - 1) * page + 4, 4);
    for (std::uint64_t i = 0; i < leaves; ++i) {
      classes[kind + ": free list"].push_back(
          file.region((file.big((trunk - 1) * page + 8 + 4 * i, 4) - 1) * page, page));
    }
  }
}

void classify(const Image& file, const std::string& path, Classes& classes) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (name == "yestermail.store") classes["store header"].push_back(file.whole());
  if (name.ends_with(".journal")) classify_journal(file, classes);
  if (name.ends_with(".pack")) classify_pack(file, path.starts_with("pool/") ? "pool pack" : "account pack", classes);
  if (name.ends_with(".log")) classify_log(file, classes);
  if (name == "catalog.db") classify_database(file, "catalog", classes);
  if (name == "index-0.db") classify_database(file, "pool index", classes);
  if (name == "catalog.db-wal") classes["catalog: WAL"].push_back(file.whole());
  if (name == "index-0.db-wal") classes["pool index: WAL"].push_back(file.whole());
}

}  // namespace

std::vector<std::string> store_files(const std::string& path) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(fs::relative(entry.path(), path).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::map<std::string, std::vector<Region>> byte_classes(const std::string& path) {
  Classes classes;
  for (const auto& file : store_files(path)) classify(Image(path, file), file, classes);
  return classes;
}

}  // namespace yestermail::test
