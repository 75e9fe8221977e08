// The web server: libmicrohttpd behind two functions. Event-driven, so that a slow client costs a
// place in a table and never a thread; docs/decisions/0006-web-server.md says why this library.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "console/lanes.h"
#include "console/web.h"

namespace kinfold::console {

struct ServerSetting {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 address to listen on.
  std::uint16_t port = 8443;          ///< 0: any free one.
  std::string certificate_pem;        ///< With its key: TLS. Both empty: plain, on loopback only.
  std::string key_pem;
  unsigned thread_count = 2;  ///< Each reads and writes many connections; none waits for a page.
  unsigned connection_count_max = 4096;
  unsigned connections_per_address_max = 1024;
  unsigned idle_seconds_max = 20;
  std::uint64_t form_bytes_max = 64 << 10;           ///< Body of a request without a file.
  std::uint64_t upload_bytes_max = 256ULL << 20;     ///< Body of one upload.
  std::uint64_t uploads_in_memory_max = 1ULL << 30;  ///< All bodies on their way at one time.
};

class Server {
 public:
  /// Answers a whole request. Called from several threads.
  using Handler = std::function<Response(Request&)>;
  /// May this client send a body of up to upload_bytes_max? Asked once the headers are there (cookies
  /// and path are set), before a byte of the body is taken.
  using MayUpload = std::function<bool(const Request&)>;
  /// In which line it waits. Asked on the thread that reads, so it has to be quick.
  using LaneOf = std::function<Lane(const Request&)>;

  /// \retval kRefused for plain HTTP off loopback; kInvalid for a bad address or certificate; kIo if the
  ///         port is taken.
  static Result<std::unique_ptr<Server>> start(const ServerSetting& setting, Handler handler,
                                               MayUpload may_upload, LaneOf lane_of);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  ///< Finishes what is being answered, then stops.

  std::uint16_t port() const;
  bool tls() const;

  struct State;

 private:
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// 127.0.0.0/8 or ::1.
bool is_loopback(const std::string& address);

}  // namespace kinfold::console
