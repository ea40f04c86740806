// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sqlite_page_check.h"

#include <sqlite3.h>

#include <cstring>
#include <new>

#include "base/bytes.h"
#include "base/checksum.h"

namespace yestermail::sqlite {
namespace {

constexpr int kPageSize = 4096;
constexpr int kSumSize = 8;
constexpr const char* kName = "yestermail-page-check";

/// Our file: SQLite gives it memory, the real file lies right behind it.
struct CheckedFile {
  sqlite3_file base;
  bool checks;  // Only the database itself: the log has sums of its own.
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

CheckedFile& checked(sqlite3_file* file) { return *reinterpret_cast<CheckedFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return checked(file).real(); }

bool is_page(sqlite3_int64 offset, int amount) { return amount == kPageSize && offset % kPageSize == 0; }

std::uint64_t sum_of(const void* page, sqlite3_int64 offset) {
  const ByteView body(static_cast<const std::byte*>(page), kPageSize - kSumSize);
  return checksum(body, static_cast<std::uint64_t>(offset / kPageSize) + 1);
}

int read(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  const auto code = real(file)->pMethods->xRead(real(file), into, amount, offset);
  if (code != SQLITE_OK || !checked(file).checks || !is_page(offset, amount)) return code;
  std::uint64_t stored = 0;
  std::memcpy(&stored, static_cast<const char*>(into) + kPageSize - kSumSize, kSumSize);
  return stored == sum_of(into, offset) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  if (!checked(file).checks || !is_page(offset, amount)) {
    return real(file)->pMethods->xWrite(real(file), from, amount, offset);
  }
  alignas(8) std::byte page[kPageSize];
  std::memcpy(page, from, kPageSize);
  const auto sum = sum_of(page, offset);
  std::memcpy(page + kPageSize - kSumSize, &sum, kSumSize);
  return real(file)->pMethods->xWrite(real(file), page, kPageSize, offset);
}

int close(sqlite3_file* file) {
  return real(file)->pMethods != nullptr ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
}
int truncate(sqlite3_file* file, sqlite3_int64 size) { return real(file)->pMethods->xTruncate(real(file), size); }
int sync(sqlite3_file* file, int flags) { return real(file)->pMethods->xSync(real(file), flags); }
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
int check_reserved_lock(sqlite3_file* file, int* out) {
  return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int device_characteristics(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

constexpr sqlite3_io_methods kMethods{2,
                                      close,
                                      read,
                                      write,
                                      truncate,
                                      sync,
                                      file_size,
                                      lock,
                                      unlock,
                                      check_reserved_lock,
                                      file_control,
                                      sector_size,
                                      device_characteristics,
                                      shm_map,
                                      shm_lock,
                                      shm_barrier,
                                      shm_unmap,
                                      nullptr,
                                      nullptr};

sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* ours = new (file) CheckedFile{};
  ours->checks = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  std::memset(ours->real(), 0, static_cast<std::size_t>(below(vfs)->szOsFile));
  const auto code = below(vfs)->xOpen(below(vfs), name, ours->real(), flags, flags_out);
  ours->base.pMethods = code == SQLITE_OK ? &kMethods : nullptr;
  return code;
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);  // All but opening is the system's own.
  vfs.pAppData = sqlite3_vfs_find(nullptr);
  vfs.szOsFile += static_cast<int>(sizeof(CheckedFile));
  vfs.zName = kName;
  vfs.pNext = nullptr;
  vfs.xOpen = open;
  vfs.xDelete = [](sqlite3_vfs* v, const char* name, int sync_dir) {
    return below(v)->xDelete(below(v), name, sync_dir);
  };
  vfs.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
    return below(v)->xAccess(below(v), name, flags, out);
  };
  vfs.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
    return below(v)->xFullPathname(below(v), name, size, out);
  };
  return vfs;
}

}  // namespace

const char* page_check_vfs() {
  // SQLite keeps a pointer to it for the life of the process.
  static const bool kRegistered = [] {
    // Or it counts every piece of memory that it takes, under one lock: a fifth of what a commit to catalogs takes.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static sqlite3_vfs vfs = make_vfs();
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  return kRegistered ? kName : nullptr;
}

void set_page_check(sqlite3* database) {
  int reserve = kSumSize;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
}

}  // namespace yestermail::sqlite
