// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/tar_writer.h"

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

#include "archive/libarchive.h"
#include "base/c_ptr.h"
#include "base/clock.h"
#include "base/error.h"

namespace yestermail {
namespace {

constexpr int kWriteBytes = 256 << 10;  ///< what the sink gets at a time

void free_writer(archive* handle) { libarchive().archive_write_free(handle); }
void free_entry(archive_entry* entry) { libarchive().archive_entry_free(entry); }

}  // namespace

struct TarWriter::State {
  explicit State(ArchiveSink& to)
      : sink(to), handle(libarchive().archive_write_new()), entry(libarchive().archive_entry_new()) {
    if (!handle || !entry) throw std::bad_alloc();
  }

  /// What the sink threw goes first: the library only knows that something failed.
  void check(int result, int least = ARCHIVE_OK) {
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
    if (result >= least) return;
    const char* text = libarchive().archive_error_string(handle.get());
    throw Error(Errc::kFailed,
                "the archive cannot be written: " + printable(text == nullptr ? "no reason told" : text));
  }

  /// No exception may pass through the library.
  static la_ssize_t take(archive* handle, void* self, const void* bytes, std::size_t size) {
    auto& state = *static_cast<State*>(self);
    try {
      state.sink.write({static_cast<const std::byte*>(bytes), size});
      return static_cast<la_ssize_t>(size);
    } catch (...) {
      state.failure = std::current_exception();
      libarchive().archive_set_error(handle, EIO, "its bytes were not taken");
      return -1;
    }
  }

  ArchiveSink& sink;
  std::exception_ptr failure;
  CPtr<archive, free_writer> handle;
  CPtr<archive_entry, free_entry> entry;
  bool finished = false;
};

TarWriter::TarWriter(ArchiveSink& sink, std::optional<int> compression, unsigned threads)
    : state_(std::make_unique<State>(sink)) {
  auto* handle = state_->handle.get();
  state_->check(libarchive().archive_write_set_format_pax(handle));
  if (compression) {
    state_->check(libarchive().archive_write_add_filter_zstd(handle));
    const auto option = [&](const char* name, const std::string& value) {
      return libarchive().archive_write_set_filter_option(handle, "zstd", name, value.c_str());
    };
    state_->check(option("compression-level", std::to_string(*compression)));
    option("threads", std::to_string(threads));  // Without them it only takes longer.
  } else {
    state_->check(libarchive().archive_write_add_filter_none(handle));
  }
  state_->check(libarchive().archive_write_set_bytes_per_block(handle, kWriteBytes));
  state_->check(libarchive().archive_write_set_bytes_in_last_block(handle, 1));  // Nothing is filled up behind the end.
  state_->check(libarchive().archive_write_open(handle, state_.get(), nullptr, State::take, nullptr));
}

TarWriter::~TarWriter() {
  // Else the library would write an end, and what is not whole would look so.
  if (!state_->finished) libarchive().archive_write_fail(state_->handle.get());
}

void TarWriter::begin(const Member& member) {
  auto* entry = libarchive().archive_entry_clear(state_->entry.get());
  libarchive().archive_entry_set_pathname(entry, member.path.c_str());
  libarchive().archive_entry_set_filetype(entry, member.directory ? AE_IFDIR : AE_IFREG);
  libarchive().archive_entry_set_perm(entry, static_cast<mode_t>(member.mode & 0777U));
  libarchive().archive_entry_set_uid(entry, member.uid);
  libarchive().archive_entry_set_gid(entry, member.gid);
  libarchive().archive_entry_set_size(entry, member.directory ? 0 : static_cast<la_int64_t>(member.size));
  auto seconds = member.mtime_ns / kNanosPerSecond;
  auto rest = member.mtime_ns % kNanosPerSecond;
  if (rest < 0) {
    --seconds;
    rest += kNanosPerSecond;
  }
  libarchive().archive_entry_set_mtime(entry, static_cast<time_t>(seconds), static_cast<long>(rest));
  // It warns of each name that is not ASCII, and writes its bytes as they are: that is what is wanted.
  state_->check(libarchive().archive_write_header(state_->handle.get(), entry), ARCHIVE_WARN);
}

void TarWriter::data(ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = libarchive().archive_write_data(state_->handle.get(), bytes.data(), bytes.size());
    state_->check(written > 0 ? ARCHIVE_OK : ARCHIVE_FATAL);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void TarWriter::finish() {
  state_->check(libarchive().archive_write_close(state_->handle.get()));
  state_->finished = true;
}

}  // namespace yestermail
