// A console for a site of a live demo, with accounts that are made when it starts. The people in it do not
// exist and its passphrases lie beside it in the clear, so nothing is given away that the folder does not
// give away already.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace kinfold::demo {

struct ServeDemo {
  std::string folder;
  std::string party;
  std::uint16_t port = 8443;
};

/// Serves on this machine only, until it is interrupted. `say` is told where, who may sign in, and each half
/// minute the codes that an authenticator app would show. \retval kInvalid if the folder holds no live demo
/// or the party is not in it; otherwise as console::serve().
Status serve_demo(const ServeDemo& asked, const std::function<void(const std::string& line)>& say);

}  // namespace kinfold::demo
