#include "console/serve.h"

#include <pthread.h>
#include <sys/resource.h>

#include <csignal>

namespace kinfold::console {
namespace {

constexpr std::uint64_t kPemBytesMax = 1 << 20;

Result<std::string> read_pem(const std::string& path, const char* what) {
  const auto bytes = seal::read_whole_file(path, kPemBytesMax);
  if (!bytes.ok())
    return io_error(std::string("the ") + what + " cannot be read; give the path of a PEM file");
  return std::string(seal::as_text(bytes.value()));
}

/// Each connection is a file descriptor; the usual limit of 1,024 is fewer than the server may hold.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Status serve(site::Site& site, ServeOptions options,
             const std::function<void(const std::string& address)>& ready) {
  if (options.certificate_path.empty() != options.key_path.empty())
    return invalid("TLS needs both: --certificate and --certificate-key");
  if (!options.certificate_path.empty()) {
    auto certificate = read_pem(options.certificate_path, "certificate");
    auto key = read_pem(options.key_path, "certificate's key");
    if (!certificate.ok()) return certificate.error();
    if (!key.ok()) return key.error();
    options.server.certificate_pem = std::move(certificate).value();
    options.server.key_pem = std::move(key).value();
  }
  options.console.tls = !options.server.certificate_pem.empty();
  raise_descriptor_limit();

  // Taken by sigwait below; threads that are started from here on leave them alone.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  auto console = Console::open(site, options.console);
  if (!console.ok()) return console.error();
  auto& pages = *console.value();
  auto server = Server::start(
      options.server, [&](Request& request) { return pages.answer(request); },
      [&](const Request& request) { return pages.may_upload(request); },
      [&](const Request& request) { return pages.lane_of(request); });
  seal::wipe(options.server.key_pem.data(), options.server.key_pem.size());
  if (!server.ok()) return server.error();
  const bool v6 = options.server.address.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + options.server.address + "]" : options.server.address;
  ready((options.console.tls ? "https://" : "http://") + host + ":" + std::to_string(server.value()->port()) +
        "/");
  int signal_number = 0;
  sigwait(&ending, &signal_number);
  return {};
}

}  // namespace kinfold::console
