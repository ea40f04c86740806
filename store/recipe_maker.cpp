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
constexpr std::size_t kMaxSpare = 4;
constexpr std::size_t kMaxRecipeBytes = 1U << 20U;  ///< then small runs of base64 are raw text again

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace

/// The parts of the blob in memory, as a joiner asks for them.
class RecipeMaker::KeptParts final : public PartProvider {
 public:
  explicit KeptParts(const std::vector<KeptPart>& parts) {
    for (const auto& part : parts) parts_[part.step.part] = part.bytes;
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
  decoded_.clear();
  for (auto& part : kept_) {
    if (spare_.size() < kMaxSpare) spare_.push_back(std::move(part.bytes));
  }
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
  recipe_.part(keep_or_store(bytes));
  is_plain_ = false;
}

PartStep RecipeMaker::keep_or_store(Bytes& bytes) {
  const PartStep step{Digest::of(bytes), bytes.size()};
  if (!keep_) {
    cutter_->whole(step.part, bytes);
  } else {
    kept_.push_back({step, std::move(bytes)});
    bytes = {};
    if (!spare_.empty()) {
      bytes = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  bytes.clear();
  return step;
}

void RecipeMaker::begin_coded(const Base64Coding& coding) {
  coding_ = coding;
  decoded_.clear();
}

void RecipeMaker::coded(ByteView text, std::size_t decoded_bytes) {
  if (keep_) return;
  if (!encodes_to(text, decoded_bytes)) {
    // Never seen; but then the text is stored as it came.
    decoded_.resize(decoded_.size() - decoded_bytes);
    end_coded(coding_);
    raw(text);
    return end_section(false);
  }
  if (!streaming_ && decoded_.size() <= kMaxLiteralBytes) return;
  streaming_ = true;
  cutter_->add(decoded_);
  decoded_.clear();
}

bool RecipeMaker::encodes_to(ByteView text, std::size_t decoded_bytes) {
  auto coding = coding_;
  coding.open_end = !text.empty() && text.back() != static_cast<std::byte>('\n');
  const auto bytes = ByteView(decoded_).last(decoded_bytes);
  scratch_.resize(static_cast<std::size_t>(encoded_size(coding, decoded_bytes)));
  encode_base64(coding, bytes, scratch_);
  return equal(scratch_, text);
}

void RecipeMaker::end_coded(const Base64Coding& coding) {
  if (streaming_) {
    streaming_ = false;
    flush_literal();
    recipe_.coded(coding, cutter_->finish());
    is_plain_ = false;
  } else if (!decoded_.empty()) {
    add_coded(coding);
  }
  decoded_.clear();
}

void RecipeMaker::add_coded(const Base64Coding& coding) {
  if (decoded_.size() < kMinCodedBytes && recipe_.bytes() > kMaxRecipeBytes) {
    scratch_.resize(static_cast<std::size_t>(encoded_size(coding, decoded_.size())));
    encode_base64(coding, decoded_, scratch_);
    raw(scratch_);
    return end_section(false);
  }
  flush_literal();
  is_plain_ = false;
  if (decoded_.size() < kMinCodedBytes) return recipe_.coded(coding, decoded_);
  recipe_.coded(coding, keep_or_store(decoded_));
}

ByteView RecipeMaker::finish() {
  flush_literal();
  output_.clear();
  recipe_.finish(output_);
  return output_;
}

bool RecipeMaker::joins_to(ByteView blob) {
  KeptParts parts(kept_);
  RecipeJoiner joiner({nullptr, output_}, parts);
  if (joiner.size() != blob.size()) return false;
  scratch_.resize(blob.size());
  return joiner.read(0, scratch_) == blob.size() && equal(scratch_, blob);
}

void RecipeMaker::release() {
  for (const auto& part : kept_) cutter_->whole(part.step.part, part.bytes);
}

}  // namespace yestermail
