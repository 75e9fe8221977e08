// The running console: site, pages and server together, until a signal ends it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "console/console.h"
#include "console/server.h"

namespace kinfold::console {

struct ServeOptions {
  ConsoleSetting console;
  ServerSetting server;
  std::string certificate_path;  ///< PEM; with its key: TLS.
  std::string key_path;
};

/// Serves until SIGINT or SIGTERM. `ready` is told the address once it answers.
/// \retval as Server::start() and Console::open().
Status serve(site::Site& site, ServeOptions options,
             const std::function<void(const std::string& address)>& ready);

}  // namespace kinfold::console
