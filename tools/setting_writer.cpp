// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/setting_writer.h"

#include <functional>
#include <memory>

#include "base/error.h"
#include "tools/control_client.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

void write(StoreWorld world, const std::string& store, const std::function<void(Recorder&)>& work,
           const std::function<void(ControlClient&)>& ask) {
  // A daemon is asked first: to wait for its lock would take a second.
  if (auto daemon = ControlClient::connect(store)) return ask(*daemon);
  const auto recorder = open_if_free(world, store);
  if (!recorder) throw_locked(store);
  work(*recorder);
}

}  // namespace

void write_setting(StoreWorld world, const std::string& store, const Setting& setting, Existing existing) {
  write(
      world, store, [&](Recorder& recorder) { put_setting(recorder, setting, existing, world.clock.now()); },
      [&](ControlClient& daemon) { daemon.put_setting(setting, existing); });
}

void drop_setting(StoreWorld world, const std::string& store, std::string_view name) {
  write(
      world, store, [&](Recorder& recorder) { remove_setting(recorder, name); },
      [&](ControlClient& daemon) { daemon.remove_setting(name); });
}

}  // namespace yestermail
