// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "policy/settings.h"
#include "scanner/scan.h"
#include "store/recorder.h"
#include "store/watch_report.h"
#include "tools/control_socket.h"
#include "tools/import_messages.h"
#include "tools/json_output.h"

namespace yestermail {

/// Asks the daemon that watches a store (docs/control.md). One thread.
class ControlClient {
 public:
  /// Nothing: none listens, or we may not ask it.
  static std::optional<ControlClient> connect(const std::string& store);

  /// Nothing: it does not answer within two seconds.
  std::optional<WatchReport> status();
  /// Has it look through the accounts and waits for it. Throws the Error that it answers with, and Error{kFailed}
  /// where it goes away, or says nothing for minutes.
  ScanReport scan(const ScanOptions& options, ScanProgress& progress);
  /// Durable on return. Throws the Error that it answers with, and Error{kFailed} where it goes away.
  void put_setting(const Setting& setting, Existing existing);
  void remove_setting(std::string_view name);
  /// Has it remove what purge_requests_json() made a request of, and waits for it. Throws likewise.
  PurgeResult purge(const Json& request);
  /// Has it take something in, and waits for it. `progress` is told what became of each item when that is durable.
  /// Throws likewise.
  ImportTally import(const ImportRequest& request, ImportProgress& progress);

 private:
  ControlClient(Fd socket, std::string store);
  /// How a request is asked.
  struct Manner {
    std::chrono::milliseconds patience;              ///< with each line of the answer
    std::string silent;                              ///< "went away …": what the process did that did not answer
    std::string refused = {};                        ///< "did not …": where a refusal is told with that
    std::function<void(const Json&)> progress = {};  ///< gets what comes before the result
  };
  /// The result. Throws the Error that it answers with, Error{kFailed} for silence, Json::exception for what is no
  /// answer.
  Json ask(const Json& request, const Manner& manner);
  void ask_for_setting(const Json& request);

  Fd socket_;
  std::string store_;
  LineChannel channel_;
};

}  // namespace yestermail
