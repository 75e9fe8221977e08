#include "console/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "seal/bytes.h"

namespace kinfold::console {

struct Server::State {
  ServerSetting setting;
  Handler handler;
  MayUpload may_upload;
  LaneOf lane_of;
  std::atomic<std::uint64_t> bytes_in_memory{0};
  MHD_Daemon* daemon = nullptr;
  Lanes lanes;
};

namespace {

constexpr std::size_t kFieldBytesMax = 16 << 10;
constexpr std::size_t kFieldCountMax = 400;
constexpr std::size_t kFileCountMax = 4;
constexpr std::size_t kPostBufferBytes = 32 << 10;
/// Of a body that is refused so much is dropped, so that the client can hear why (one that still sends does
/// not listen); whoever sends on is cut off. Of whoever may upload it is as much as an upload.
constexpr std::uint64_t kDroppedBytesMax = 1 << 20;

/// One request on its way in.
struct Incoming {
  Server::State* server = nullptr;
  Request request;
  MHD_PostProcessor* post = nullptr;
  std::uint64_t body_bytes_max = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t dropped_bytes = 0;
  std::uint64_t dropped_bytes_max = kDroppedBytesMax;
  std::uint64_t declared_bytes = 0;  ///< Content-Length; 0 where there is none.
  bool ends_clearly = true;
  int refused_with = 0;              ///< HTTP status once the body is not wanted.
  std::optional<Response> response;  ///< Once somebody has answered. The connection sleeps until then.

  Incoming() = default;
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  ~Incoming() {
    if (post != nullptr) MHD_destroy_post_processor(post);
    for (auto& [name, value] : request.form) seal::wipe(value.data(), value.size());
    if (server != nullptr) server->bytes_in_memory -= body_bytes;
  }
};

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

MHD_Result take_query(void* target, MHD_ValueKind, const char* key, const char* value) {
  auto& map = *static_cast<std::map<std::string, std::string>*>(target);
  if (map.size() < kFieldCountMax) map[text_or_empty(key)] = text_or_empty(value);
  return MHD_YES;
}

std::string address_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == nullptr || info->client_addr == nullptr) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  sockaddr_storage storage{};
  const bool v6 = info->client_addr->sa_family == AF_INET6;
  std::memcpy(&storage, info->client_addr, v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  sockaddr_in in4{};
  sockaddr_in6 in6{};
  std::memcpy(&in4, &storage, sizeof in4);
  std::memcpy(&in6, &storage, sizeof in6);
  const void* address = &in4.sin_addr;
  if (v6) address = &in6.sin6_addr;
  return text_or_empty(inet_ntop(v6 ? AF_INET6 : AF_INET, address, text.data(), text.size()));
}

std::string header(MHD_Connection* connection, const char* name) {
  return text_or_empty(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

MHD_Result append_file(Incoming& incoming, const std::string& name, const char* file_name, const char* data,
                       std::size_t size) {
  auto& files = incoming.request.files;
  auto found = files.find(name);
  if (found == files.end()) {
    if (files.size() == kFileCountMax) return MHD_NO;
    Upload upload;
    upload.file_name = std::string(file_name).substr(0, 255);
    upload.memory = seal::FileHandle(memfd_create("upload", MFD_CLOEXEC));
    if (!upload.memory) return MHD_NO;
    found = files.emplace(name, std::move(upload)).first;
  }
  const auto bytes = seal::as_bytes(std::string_view(data, size));
  if (!seal::write_all(found->second.memory.get(), bytes, "upload").ok()) return MHD_NO;
  found->second.byte_count += size;
  return MHD_YES;
}

MHD_Result take_field(void* target, MHD_ValueKind, const char* key, const char* file_name, const char*,
                      const char*, const char* data, std::uint64_t, std::size_t size) {
  auto& incoming = *static_cast<Incoming*>(target);
  const std::string name = text_or_empty(key).substr(0, 100);
  if (file_name != nullptr) return size == 0 ? MHD_YES : append_file(incoming, name, file_name, data, size);
  auto& form = incoming.request.form;
  if (form.size() >= kFieldCountMax && form.find(name) == form.end()) return MHD_NO;
  auto& value = form[name];
  if (value.size() + size > kFieldBytesMax) return MHD_NO;
  value.append(data, size);
  return MHD_YES;
}

MHD_Response* body_of(const Response& response) {
  if (!response.file)
    return MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()),
                                           MHD_RESPMEM_MUST_COPY);
  // The library closes what it is given.
  const int descriptor = fcntl(response.file->get(), F_DUPFD_CLOEXEC, 0);
  return descriptor < 0 ? nullptr : MHD_create_response_from_fd64(response.file_byte_count, descriptor);
}

MHD_Result send(MHD_Connection* connection, const Response& response) {
  auto* out = body_of(response);
  if (out == nullptr) return MHD_NO;
  MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, response.type.c_str());
  for (const auto& [name, value] : response.headers)
    MHD_add_response_header(out, name.c_str(), value.c_str());
  const auto queued = MHD_queue_response(connection, static_cast<unsigned>(response.status), out);
  MHD_destroy_response(out);
  return queued;
}

struct Framing {
  int length_count = 0;
  int encoding_count = 0;
  bool clear = true;
};
MHD_Result take_framing(void* target, MHD_ValueKind, const char* key, const char* value) {
  auto& framing = *static_cast<Framing*>(target);
  const std::string name = ascii_lower(text_or_empty(key));
  const std::string text = text_or_empty(value);
  if (name == "content-length") {
    ++framing.length_count;
    framing.clear = framing.clear && !text.empty() && text.size() < 19 &&
                    text.find_first_not_of("0123456789") == std::string::npos;
  } else if (name == "transfer-encoding") {
    ++framing.encoding_count;
    framing.clear = framing.clear && ascii_lower(text) == "chunked";
  }
  return MHD_YES;
}

/// Where a request ends must be beyond doubt, or a proxy and this server could see two different ones. RFC
/// 9112, 6.
bool ends_clearly(MHD_Connection* connection) {
  Framing framing;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, take_framing, &framing);
  return framing.clear && framing.length_count + framing.encoding_count <= 1;
}

/// The first call for a request: headers only.
void begin(Server::State& server, MHD_Connection* connection, Incoming& incoming, const char* url,
           const std::string& method) {
  incoming.server = &server;
  auto& request = incoming.request;
  request.method = method == "HEAD" ? "GET" : method;
  request.path = url;
  request.address = address_of(connection);
  if (!ends_clearly(connection)) {
    incoming.ends_clearly = false;
    incoming.refused_with = MHD_HTTP_BAD_REQUEST;
    return;
  }
  request.origin = header(connection, MHD_HTTP_HEADER_ORIGIN);
  request.fetch_site = header(connection, "Sec-Fetch-Site");
  request.host = header(connection, MHD_HTTP_HEADER_HOST);
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query, &request.query);
  MHD_get_connection_values(connection, MHD_COOKIE_KIND, take_query, &request.cookies);
  if (request.method == "GET") return;
  if (request.method != "POST") {
    incoming.refused_with = MHD_HTTP_METHOD_NOT_ALLOWED;
    return;
  }
  incoming.declared_bytes =
      std::strtoull(header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH).c_str(), nullptr, 10);
  const bool upload = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE).rfind("multipart/form-data", 0) == 0;
  if (upload && !server.may_upload(request)) {
    incoming.refused_with = MHD_HTTP_FORBIDDEN;
    return;
  }
  if (upload) incoming.dropped_bytes_max = 2 * server.setting.upload_bytes_max;
  incoming.body_bytes_max = upload ? server.setting.upload_bytes_max : server.setting.form_bytes_max;
  if (incoming.declared_bytes > incoming.body_bytes_max) {
    incoming.refused_with = MHD_HTTP_CONTENT_TOO_LARGE;
    return;
  }
  incoming.post = MHD_create_post_processor(connection, kPostBufferBytes, take_field, &incoming);
  if (incoming.post == nullptr) incoming.refused_with = MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
}

/// Bytes of the body. \returns false where this client is to be cut off.
bool take_body(Server::State& server, Incoming& incoming, const char* data, std::size_t size) {
  if (incoming.refused_with != 0) {
    incoming.dropped_bytes += size;
    return incoming.dropped_bytes <= incoming.dropped_bytes_max;
  }
  incoming.body_bytes += size;
  const auto in_memory = server.bytes_in_memory += size;
  if (incoming.body_bytes > incoming.body_bytes_max) {
    incoming.refused_with = MHD_HTTP_CONTENT_TOO_LARGE;
  } else if (in_memory > server.setting.uploads_in_memory_max) {
    incoming.refused_with = MHD_HTTP_SERVICE_UNAVAILABLE;
  } else if (MHD_post_process(incoming.post, data, size) == MHD_NO) {
    incoming.refused_with = MHD_HTTP_BAD_REQUEST;
  }
  if (incoming.refused_with != 0) incoming.request.files.clear();
  return true;
}

Response refusal(int status) {
  Response response = Response::text(
      status, status == MHD_HTTP_CONTENT_TOO_LARGE ? "That is larger than this console takes.\n"
              : status == MHD_HTTP_SERVICE_UNAVAILABLE
                  ? "Too much is being asked at once; try again in a minute.\n"
              : status == MHD_HTTP_FORBIDDEN          ? "Sign in first, then send the file again.\n"
              : status == MHD_HTTP_METHOD_NOT_ALLOWED ? "Only GET and POST are answered here.\n"
                                                      : "This request cannot be read.\n");
  response.headers = {{"Connection", "close"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "default-src 'none'"}};
  if (status == MHD_HTTP_METHOD_NOT_ALLOWED) response.headers.emplace_back("Allow", "GET, HEAD, POST");
  return response;
}

/// Whoever answers works elsewhere; meanwhile this thread reads and writes for others.
MHD_Result queue(Server::State& server, MHD_Connection* connection, Incoming& incoming) {
  const Lane lane = server.lane_of(incoming.request);
  if (lane == Lane::kHere) return send(connection, server.handler(incoming.request));
  MHD_suspend_connection(connection);
  const bool queued = server.lanes.add(lane, [&server, connection, &incoming] {
    incoming.response = server.handler(incoming.request);
    MHD_resume_connection(connection);
  });
  if (!queued) {
    incoming.response = refusal(MHD_HTTP_SERVICE_UNAVAILABLE);
    MHD_resume_connection(connection);
  }
  return MHD_YES;
}

MHD_Result answer(void* closure, MHD_Connection* connection, const char* url, const char* method, const char*,
                  const char* data, std::size_t* size, void** state) {
  auto& server = *static_cast<Server::State*>(closure);
  if (*state == nullptr) {
    auto fresh = std::make_unique<Incoming>();
    begin(server, connection, *fresh, url, method);
    auto& first = *fresh;
    *state = fresh.release();
    // Answered before its body, and closed: nothing more of this connection is read.
    const bool at_once = !first.ends_clearly || first.refused_with == MHD_HTTP_METHOD_NOT_ALLOWED ||
                         first.declared_bytes > first.dropped_bytes_max;
    return first.refused_with != 0 && at_once ? send(connection, refusal(first.refused_with)) : MHD_YES;
  }
  auto& incoming = *static_cast<Incoming*>(*state);
  if (*size > 0) {
    const bool go_on = take_body(server, incoming, data, *size);
    *size = 0;
    return go_on ? MHD_YES : MHD_NO;
  }
  if (incoming.refused_with != 0) return send(connection, refusal(incoming.refused_with));
  if (incoming.post != nullptr) {
    MHD_destroy_post_processor(incoming.post);
    incoming.post = nullptr;
  }
  if (incoming.response) return send(connection, *incoming.response);
  return queue(server, connection, incoming);
}

void completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  delete static_cast<Incoming*>(*state);
  *state = nullptr;
}

struct Address {
  sockaddr_storage storage{};
  bool v6 = false;
};

std::optional<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  sockaddr_in in4{};
  sockaddr_in6 in6{};
  if (inet_pton(AF_INET, text.c_str(), &in4.sin_addr) == 1) {
    in4.sin_family = AF_INET;
    in4.sin_port = htons(port);
    std::memcpy(&address.storage, &in4, sizeof in4);
  } else if (inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr) == 1) {
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    address.v6 = true;
    std::memcpy(&address.storage, &in6, sizeof in6);
  } else {
    return std::nullopt;
  }
  return address;
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(const ServerSetting& setting, Handler handler,
                                              MayUpload may_upload, LaneOf lane_of) {
  const bool tls = !setting.certificate_pem.empty();
  if (!tls && !is_loopback(setting.address)) {
    return refused(
        "plain HTTP is for this machine alone: give --certificate and --certificate-key, or listen on "
        "127.0.0.1");
  }
  const auto address = parse_address(setting.address, setting.port);
  if (!address) return invalid("the address to listen on is no IPv4 or IPv6 address");
  auto state = std::make_unique<State>();
  state->setting = setting;
  state->handler = std::move(handler);
  state->may_upload = std::move(may_upload);
  state->lane_of = std::move(lane_of);

  // Not epoll: with it libmicrohttpd 0.9.75 now and then forgets a connection,
  // docs/decisions/0006-web-server.md.
  unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  if (tls) flags |= MHD_USE_TLS;
  if (address->v6) flags |= MHD_USE_IPv6;
  std::vector<MHD_OptionItem> options;
  const auto number = [&](MHD_OPTION option, unsigned value) {
    options.push_back({option, static_cast<std::intptr_t>(value), nullptr});
  };
  const auto pointer = [&](MHD_OPTION option, const void* value) {
    options.push_back({option, 0, const_cast<void*>(value)});
  };
  number(MHD_OPTION_THREAD_POOL_SIZE, setting.thread_count);
  number(MHD_OPTION_CONNECTION_LIMIT, setting.connection_count_max);
  number(MHD_OPTION_PER_IP_CONNECTION_LIMIT, setting.connections_per_address_max);
  number(MHD_OPTION_CONNECTION_TIMEOUT, setting.idle_seconds_max);
  number(MHD_OPTION_LISTENING_ADDRESS_REUSE, 1);
  number(MHD_OPTION_SERVER_INSANITY, 0);
  // What two readers could read in two ways (a repeated length, a header without its end) is refused.
  number(MHD_OPTION_STRICT_FOR_CLIENT, 1);
  options.push_back({MHD_OPTION_CONNECTION_MEMORY_LIMIT, 48 << 10, nullptr});
  pointer(MHD_OPTION_SOCK_ADDR, &address->storage);
  if (tls) {
    pointer(MHD_OPTION_HTTPS_MEM_CERT, setting.certificate_pem.c_str());
    pointer(MHD_OPTION_HTTPS_MEM_KEY, setting.key_pem.c_str());
    // 1.3 alone: in 1.2 a client may ask for a new handshake again and again, each of which costs the server
    // more.
    pointer(MHD_OPTION_HTTPS_PRIORITIES,
            "SECURE256:+SECURE128:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:+CHACHA20-"
            "POLY1305");
  }
  options.push_back({MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<std::intptr_t>(&completed), nullptr});
  options.push_back({MHD_OPTION_END, 0, nullptr});
  state->daemon = MHD_start_daemon(flags, setting.port, nullptr, nullptr, &answer, state.get(),
                                   MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END);
  if (state->daemon == nullptr) {
    return io_error(
        "the console could not be started: is the port taken, or the certificate not a PEM file with its "
        "key?");
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  if (!state_ || state_->daemon == nullptr) return;
  // No sleeper may be left: those that wait are answered first, and who comes now is turned away.
  state_->lanes.finish();
  MHD_stop_daemon(state_->daemon);
}

std::uint16_t Server::port() const {
  const auto* info = MHD_get_daemon_info(state_->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info == nullptr ? state_->setting.port : info->port;
}

bool Server::tls() const { return !state_->setting.certificate_pem.empty(); }

}  // namespace kinfold::console
