// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "store/blob_splitter.h"
#include "store/recipe_joiner.h"

namespace yestermail::test {

/// A pool in memory: takes parts, and gives them back.
class MemoryParts final : public PartSink, public PartProvider {
 public:
  bool has(const Digest& part, ByteView bytes) override {
    if (!bytes.empty()) {
      EXPECT_EQ(Digest::of(bytes), part);
    }
    return stored_.contains(part);
  }
  void store(const Digest& part, BlobForm form, std::uint64_t size, ByteView stored) override {
    EXPECT_FALSE(stored_.contains(part)) << "stored twice";
    if (form == BlobForm::kWhole) {
      EXPECT_EQ(Digest::of(stored), part);
      EXPECT_EQ(size, stored.size());
    }
    bytes_ += stored.size();
    stored_[part] = {form, std::make_shared<const Bytes>(stored.begin(), stored.end())};
  }
  Part part(const PartStep& step) override {
    const auto& [form, bytes] = stored_.at(step.part);
    return {form, {bytes, *bytes}};
  }

  [[nodiscard]] std::size_t count() const { return stored_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] bool contains(std::string_view part) const { return stored_.contains(Digest::of(as_bytes(part))); }

 private:
  std::map<Digest, std::pair<BlobForm, std::shared_ptr<const Bytes>>> stored_;
  std::uint64_t bytes_ = 0;
};

/// Gives a blob in pieces of odd lengths.
class PieceSource final : public BlobSource {
 public:
  PieceSource(std::string_view blob, std::size_t piece) : rest_(as_bytes(blob)), piece_(piece) {}
  std::size_t read(std::span<std::byte> into) override { return rest_.read(into.first(std::min(into.size(), piece_))); }

 private:
  MemorySource rest_;
  std::size_t piece_;
};

/// A blob cut into a pool; owns the bytes of its recipe.
struct Cut {
  Digest digest;
  std::uint64_t size = 0;
  BlobForm form = BlobForm::kWhole;
  Bytes stored;
};

inline Cut cut(std::string_view blob, PartSink& parts, std::size_t piece = 1U << 20U) {
  static BlobReadBuffer buffer;
  PieceSource source(blob, piece);
  const auto made = cut_blob(
      source, buffer, [](const Digest&) { return false; }, parts);
  return {made.digest, made.size, made.form, Bytes(made.stored.begin(), made.stored.end())};
}

inline std::string join(const Cut& cut, PartProvider& parts) {
  if (cut.form == BlobForm::kWhole) return std::string(as_text(cut.stored));
  RecipeJoiner joiner({nullptr, cut.stored}, parts);
  Bytes bytes(static_cast<std::size_t>(joiner.size()));
  EXPECT_EQ(joiner.read(0, bytes), bytes.size());
  return std::string(as_text(bytes));
}

/// Cuts and joins; true if the very same bytes came back.
inline bool comes_back(std::string_view blob, MemoryParts& parts, std::size_t piece = 1U << 20U) {
  const auto made = cut(blob, parts, piece);
  return made.digest == Digest::of(as_bytes(blob)) && made.size == blob.size() && join(made, parts) == blob;
}

/// Base64 as a mail program writes it.
inline std::string base64(std::string_view bytes, std::uint32_t line = 76, bool crlf = false) {
  const Base64Coding coding{line, crlf, false};
  std::string text(static_cast<std::size_t>(encoded_size(coding, bytes.size())), ' ');
  encode_base64(coding, as_bytes(bytes), std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace yestermail::test
