// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recipe_maker.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

namespace yestermail {
namespace {

constexpr std::size_t kMinTextBytes = 4U << 10U;      ///< of a section: a shorter one stays in the account's frames
constexpr std::size_t kMinCodedBytes = 2U << 10U;     ///< of a run of base64, decoded: likewise
constexpr std::size_t kMaxLiteralBytes = 64U << 10U;  ///< of one literal, and of a header that stays one
constexpr std::size_t kMaxRecipeBytes = 1U << 20U;    ///< then small runs of base64 are raw text again
constexpr std::size_t kJoinedBytes = 128U << 10U;     ///< joined at a time: stays in the processor's cache

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace

/// The parts of the blob in memory, as a joiner asks for them.
class RecipeMaker::KeptParts final : public PartProvider {
 public:
  explicit KeptParts(const RecipeMaker& maker) {
    for (const auto& part : maker.kept_) parts_[part.step.part] = maker.bytes_of(part);
  }
  Part part(const PartStep& step) override { return {BlobForm::kWhole, {nullptr, parts_.at(step.part)}}; }

 private:
  std::map<Digest, ByteView> parts_;
};

void RecipeMaker::begin(PartSink& sink, bool keep) {
  sink_ = &sink;
  cutter_.emplace(sink);
  keep_ = keep;
  is_plain_ = true;
  streaming_ = false;
  recipe_ = {};
  literal_.clear();
  section_.clear();
  decoded_.cut(0);
  run_from_ = 0;
  kept_.clear();
}

void RecipeMaker::raw(ByteView text) {
  if (streaming_) return cutter_->add(text);
  append(section_, text);
  if (keep_ || section_.size() <= kMaxLiteralBytes) return;
  streaming_ = true;
  cutter_->add(section_);
  section_.clear();
}

void RecipeMaker::end_section(bool is_header) {
  if (streaming_) {
    streaming_ = false;
    flush_literal();
    recipe_.part(cutter_->finish());
    is_plain_ = false;
  } else if (section_.size() >= (is_header ? kMaxLiteralBytes : kMinTextBytes)) {
    flush_literal();
    add_part(section_);
  } else {
    append(literal_, section_);
    section_.clear();
    if (literal_.size() >= kMaxLiteralBytes) add_part(literal_);
  }
}

void RecipeMaker::flush_literal() {
  recipe_.literal(literal_);
  literal_.clear();
}

void RecipeMaker::add_part(Bytes& bytes) {
  const auto from = decoded_.size();
  decoded_.append(bytes);
  bytes.clear();
  recipe_.part(keep_or_store(from));
  is_plain_ = false;
}

/// The part that stands in decoded_ from there on.
PartStep RecipeMaker::keep_or_store(std::size_t from) {
  const auto bytes = decoded_.from(from);
  const PartStep step{Digest::of(bytes), bytes.size()};
  if (keep_) {
    kept_.push_back({step, from});
  } else {
    cutter_->whole(step.part, bytes);
    decoded_.cut(from);
  }
  return step;
}

void RecipeMaker::begin_coded(const Base64Coding& coding) {
  coding_ = coding;
  run_from_ = decoded_.size();
}

void RecipeMaker::coded(ByteView text, std::size_t decoded_bytes) {
  if (!keep_ && !encodes_to(text, decoded_.room(decoded_bytes))) {
    // Never seen; but then the text is stored as it came.
    end_coded(coding_);
    raw(text);
    return end_section(false);
  }
  decoded_.extend(decoded_bytes);
  if (keep_ || (!streaming_ && run().size() <= kMaxLiteralBytes)) return;
  streaming_ = true;
  cutter_->add(run());
  decoded_.cut(run_from_);
}

bool RecipeMaker::encodes_to(ByteView text, ByteView decoded) {
  auto coding = coding_;
  coding.open_end = !text.empty() && text.back() != static_cast<std::byte>('\n');
  return equal(encode(coding, decoded), text);
}

ByteView RecipeMaker::encode(const Base64Coding& coding, ByteView bytes) {
  const auto text = scratch_.room(static_cast<std::size_t>(encoded_size(coding, bytes.size())));
  encode_base64(coding, bytes, text);
  return text;
}

void RecipeMaker::end_coded(const Base64Coding& coding) {
  if (streaming_) {
    streaming_ = false;
    flush_literal();
    recipe_.coded(coding, cutter_->finish());
    is_plain_ = false;
  } else if (!run().empty()) {
    add_coded(coding);
  }
}

void RecipeMaker::add_coded(const Base64Coding& coding) {
  const auto bytes = run();
  const bool small = bytes.size() < kMinCodedBytes;
  if (small && recipe_.bytes() > kMaxRecipeBytes) {
    raw(encode(coding, bytes));
    decoded_.cut(run_from_);
    return end_section(false);
  }
  flush_literal();
  is_plain_ = false;
  if (!small) return recipe_.coded(coding, keep_or_store(run_from_));
  recipe_.coded(coding, bytes);
  decoded_.cut(run_from_);
}

ByteView RecipeMaker::finish() {
  flush_literal();
  output_.clear();
  recipe_.finish(output_);
  return output_;
}

ByteView RecipeMaker::bytes_of(const KeptPart& part) const {
  return decoded_.from(part.offset).first(static_cast<std::size_t>(part.step.size));
}

bool RecipeMaker::joins_to(ByteView blob) {
  KeptParts parts(*this);
  RecipeJoiner joiner({nullptr, output_}, parts);
  if (joiner.size() != blob.size()) return false;
  for (std::size_t at = 0; at < blob.size(); at += kJoinedBytes) {
    const auto piece = blob.subspan(at, std::min(kJoinedBytes, blob.size() - at));
    const auto joined = scratch_.room(piece.size());
    if (joiner.read(at, joined) != piece.size() || !equal(joined, piece)) return false;
  }
  return true;
}

void RecipeMaker::release() {
  for (const auto& part : kept_) cutter_->whole(part.step.part, bytes_of(part));
}

}  // namespace yestermail
