#include "console/web.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace kinfold::console {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

std::string look_up(const std::map<std::string, std::string>& in, const std::string& name) {
  const auto found = in.find(name);
  return found == in.end() ? std::string() : found->second;
}

}  // namespace

std::string Request::field(const std::string& name) const { return look_up(form, name); }
std::string Request::asked(const std::string& name) const { return look_up(query, name); }

std::string Request::network() const {
  in6_addr bytes{};
  if (inet_pton(AF_INET6, address.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) return address;
  std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET6, &bytes, text.data(), text.size()) == nullptr ? address
                                                                          : std::string(text.data()) + "/64";
}

Response Response::redirect(std::string to) {
  Response response;
  response.status = 303;
  response.type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Location", std::move(to));
  return response;
}

Response Response::text(int status, std::string body) {
  Response response;
  response.status = status;
  response.type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

Response Response::download(std::string type, std::string file_name, std::string body) {
  Response response;
  response.type = std::move(type);
  response.body = std::move(body);
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + safe_file_name(file_name) + "\"");
  return response;
}

Result<Response> Response::download_file(std::string type, std::string file_name, const std::string& path) {
  auto file = std::make_shared<const seal::FileHandle>(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!*file || ::fstat(file->get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return io_error("there is no such file");
  auto response = download(std::move(type), std::move(file_name), {});
  response.file = std::move(file);
  response.file_byte_count = static_cast<std::uint64_t>(facts.st_size);
  return response;
}

std::string safe_file_name(std::string_view name) {
  std::string safe;
  for (const char c : name.substr(name.find_last_of('/') + 1)) safe += is_plain(c) ? c : '_';
  if (safe.empty() || safe.front() == '.') safe = "file" + safe;
  return safe.substr(0, 120);
}

std::string url_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace kinfold::console
