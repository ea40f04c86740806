// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_state_json.h"

#include <nlohmann/json.hpp>

#include "base/instant_text.h"

namespace yestermail {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<LastCheck>& check) {
  if (!check) return nullptr;
  return {{"at", instant_text(check->at)}, {"level", static_cast<unsigned>(check->level)}, {"damaged", check->damaged}};
}

Json json_of(const std::optional<UnfinishedCheck>& check) {
  if (!check) return nullptr;
  return {{"at", instant_text(check->since)},
          {"level", static_cast<unsigned>(check->level)},
          {"stopped", check->stopped},
          {"left", check->left}};
}

}  // namespace

std::string check_state_json(const CheckState& state) {
  const Json json{
      {"last", json_of(state.last)}, {"unfinished", json_of(state.unfinished)}, {"damage", json_of(state.damage)}};
  return json.dump();
}

}  // namespace yestermail
