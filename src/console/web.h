// A request as a page sees it and the response that it gives: plain values, no server library.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "seal/files.h"

namespace kinfold::console {

/// A file that came with a form. Its bytes lie in memory only (memfd), and are gone with it.
struct Upload {
  std::string file_name;  ///< As the browser says: hostile text, never a path here.
  seal::FileHandle memory;
  std::uint64_t byte_count = 0;

  /// Where rooms that read a file by its path find the bytes; good while the upload lives.
  std::string path() const { return "/proc/self/fd/" + std::to_string(memory.get()); }
};

struct Request {
  std::string method;  ///< "GET" or "POST"; a HEAD is a GET whose body is not sent.
  std::string path;    ///< Without the query, percent-decoded once.
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> form;  ///< Fields that are no files.
  std::map<std::string, Upload> files;
  std::map<std::string, std::string> cookies;
  std::string origin;      ///< The Origin header, empty where there is none.
  std::string fetch_site;  ///< Sec-Fetch-Site.
  std::string host;
  std::string address;  ///< Of the client, without the port.
  /// Whom to count tries against: an IPv6 client is given 2^64 addresses at least, so its network.
  std::string network() const;

  /// Empty where there is no such field.
  std::string field(const std::string& name) const;
  std::string asked(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool public_asset = false;                     ///< May be kept by browsers: a style sheet, a script.
  std::shared_ptr<const seal::FileHandle> file;  ///< Sent instead of `body`, piece by piece.
  std::uint64_t file_byte_count = 0;

  static Response redirect(std::string to);
  static Response text(int status, std::string body);
  /// Handed out as a file, never shown in the page's own origin.
  static Response download(std::string type, std::string file_name, std::string body);
  /// The same of a regular file that is no link. \retval kIo if there is no such file.
  static Result<Response> download_file(std::string type, std::string file_name, const std::string& path);
};

/// Letters, digits, dot, dash and underscore of a name that somebody typed; never empty.
std::string safe_file_name(std::string_view name);
/// For a query or a path segment.
std::string url_encode(std::string_view text);

}  // namespace kinfold::console
