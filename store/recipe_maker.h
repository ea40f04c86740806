// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "store/mail_scanner.h"
#include "store/part_sink.h"
#include "store/recipe.h"
#include "store/recipe_joiner.h"
#include "store/reused_bytes.h"

namespace yestermail {

/// Makes a recipe of what a MailScanner finds (docs/format.md 6). Small sections and runs are literals, others parts.
/// Two ways: of a blob in memory the parts are kept until release(), so that joins_to() comes first; of a large blob,
/// they are handed out as they come, each piece of base64 compared when it was decoded. Memory is reused.
class RecipeMaker final : public MailSections {
 public:
  /// Begins a blob. `sink` gets the parts now, or at release() if `keep`.
  void begin(PartSink& sink, bool keep);

  void raw(ByteView text) override;
  void end_section(bool is_header) override;
  void begin_coded(const Base64Coding& coding) override;
  std::span<std::byte> room(std::size_t bytes) override { return decoded_.room(bytes); }
  void coded(ByteView text, std::size_t decoded_bytes) override;
  void end_coded(const Base64Coding& coding) override;

  /// The blob has ended. The recipe; it views memory of this object.
  ByteView finish();
  /// All of the blob is literal: a recipe of it says nothing.
  [[nodiscard]] bool is_plain() const { return is_plain_; }

  /// Of a kept blob: true if the recipe gives exactly these bytes, joined as a restore joins them.
  bool joins_to(ByteView blob);
  /// Hands out the kept parts.
  void release();

 private:
  struct KeptPart {
    PartStep step;
    std::size_t offset = 0;  ///< in decoded_
  };
  class KeptParts;

  void flush_literal();
  void add_part(Bytes& bytes);
  void add_coded(const Base64Coding& coding);
  PartStep keep_or_store(std::size_t from);
  ByteView encode(const Base64Coding& coding, ByteView bytes);
  [[nodiscard]] bool encodes_to(ByteView text, ByteView decoded);
  [[nodiscard]] ByteView run() const { return decoded_.from(run_from_); }
  [[nodiscard]] ByteView bytes_of(const KeptPart& part) const;

  PartSink* sink_ = nullptr;
  std::optional<PartCutter> cutter_;
  bool keep_ = false;
  bool is_plain_ = true;
  bool streaming_ = false;  ///< the present section or run goes into cutter_ as it comes
  Base64Coding coding_;
  RecipeWriter recipe_;
  Bytes literal_;  ///< sections that end up in one literal
  Bytes section_;
  ReusedBytes decoded_;       ///< the kept parts, and behind them what becomes the next
  std::size_t run_from_ = 0;  ///< in decoded_
  ReusedBytes scratch_;       ///< only ever room
  Bytes output_;
  std::vector<KeptPart> kept_;
};

}  // namespace yestermail
