// The server over a real socket: what a client may do to it, and what it may not do to others.
#include "console/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace kinfold::console {
namespace {

/// A connection of bytes, as a client who keeps to no rules has it.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const void* at = &to;
    connected_ = ::connect(socket_.get(), static_cast<const sockaddr*>(at), sizeof to) == 0;
  }
  bool connected() const { return connected_; }
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Everything until the server closes.
  std::string rest() {
    std::string all;
    char piece[4096];
    for (;;) {
      const auto read = ::recv(socket_.get(), piece, sizeof piece, 0);
      if (read <= 0) return all;
      all.append(piece, static_cast<std::size_t>(read));
    }
  }

  /// Whether something has come that nobody has read yet.
  bool hears() const {
    pollfd heard{socket_.get(), POLLIN, 0};
    return ::poll(&heard, 1, 0) == 1;
  }

 private:
  seal::FileHandle socket_;
  bool connected_ = false;
};

/// Counts what reached the pages; a form to /slow waits until it is let go.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    setting_.port = 0;
    setting_.form_bytes_max = 1000;
    setting_.upload_bytes_max = 100'000;
    auto started = Server::start(
        setting_, [this](Request& request) { return answer(request); },
        [](const Request& request) { return request.cookies.contains("known"); },
        [](const Request& request) {
          return request.path == "/here"   ? Lane::kHere
                 : request.method == "GET" ? Lane::kPages
                                           : Lane::kStrangers;
        });
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(started).value();
  }
  Response answer(Request& request) {
    std::unique_lock lock(mutex_);
    paths_.push_back(request.path);
    if (request.path == "/slow") {
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return let_go_; });
    }
    auto response = Response::text(200, "path " + request.path + " field " + request.field("a") + "\n");
    for (const auto& [name, upload] : request.files)
      response.body += "file " + name + " " + std::to_string(upload.byte_count) + "\n";
    return response;
  }
  std::string ask(const std::string& bytes) {
    Wire wire(server_->port());
    EXPECT_TRUE(wire.connected());
    wire.send(bytes);
    return wire.rest();
  }
  std::size_t answered() {
    const std::lock_guard guard(mutex_);
    return paths_.size();
  }

  ServerSetting setting_;
  std::unique_ptr<Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> paths_;
  int waiting_ = 0;
  bool let_go_ = false;
};

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}
std::string post(const std::string& path, const std::string& headers, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
         "application/x-www-form-urlencoded\r\n" +
         headers + "\r\n" + body;
}
bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

TEST_F(ServerTest, AnswersInEachLane) {
  EXPECT_TRUE(has(ask(get("/here")), "path /here"));
  EXPECT_TRUE(has(ask(get("/page")), "path /page"));
  EXPECT_TRUE(has(ask(post("/form", "Content-Length: 5\r\n", "a=b+c")), "field b c"));
}

TEST_F(ServerTest, WhoeverWaitsKeepsNobodyElseWaiting) {
  std::vector<std::thread> people;
  for (int k = 0; k < 40; ++k)
    people.emplace_back([this] { ask(post("/slow", "Content-Length: 0\r\n", "")); });
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }
  for (int k = 0; k < 50; ++k) EXPECT_TRUE(has(ask(get("/page")), "200 OK"));
  {
    const std::lock_guard guard(mutex_);
    let_go_ = true;
  }
  changed_.notify_all();
  for (auto& each : people) each.join();
  EXPECT_EQ(answered(), 90U);
}

TEST_F(ServerTest, TooManyWhoWaitAreToldSo) {
  // Three are worked on and 64 wait: nobody is let go until all others have heard that they are turned away.
  constexpr int kTurnedAwayMin = 100 - 64 - 3;
  std::vector<std::unique_ptr<Wire>> wires;
  for (int k = 0; k < 100; ++k) {
    wires.push_back(std::make_unique<Wire>(server_->port()));
    wires.back()->send(post("/slow", "Content-Length: 0\r\n", ""));
  }
  const auto hears = [](const auto& wire) { return wire->hears(); };
  while (std::count_if(wires.begin(), wires.end(), hears) < kTurnedAwayMin) std::this_thread::yield();
  EXPECT_TRUE(has(ask(get("/page")), "200 OK"));
  {
    const std::lock_guard guard(mutex_);
    let_go_ = true;
  }
  changed_.notify_all();
  int turned_away = 0;
  for (auto& wire : wires) turned_away += has(wire->rest(), "503 ") ? 1 : 0;
  // Up to three more came before those who work had taken their first.
  EXPECT_GE(turned_away, kTurnedAwayMin);
  EXPECT_LE(turned_away, kTurnedAwayMin + 3);
}

TEST_F(ServerTest, AClientThatSendsAByteAtATimeHarmsNobody) {
  std::vector<std::unique_ptr<Wire>> slow;
  for (int k = 0; k < 200; ++k) {
    slow.push_back(std::make_unique<Wire>(server_->port()));
    ASSERT_TRUE(slow.back()->connected());
    slow.back()->send("GET /page HTTP/1.1\r\nX-Slow: ");
  }
  for (int k = 0; k < 50; ++k) {
    for (auto& each : slow) each->send("a");
    const auto answer = ask(get("/page"));
    EXPECT_TRUE(has(answer, "200 OK")) << answer;
  }
}

TEST_F(ServerTest, OtherMethodsAreRefused) {
  for (const char* method :
       {"PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "CONNECT", "PROPFIND", "GARBAGE"}) {
    const auto answer =
        ask(std::string(method) + " /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.empty() || has(answer, " 405 ") || has(answer, " 400 ")) << method << ": " << answer;
  }
  EXPECT_EQ(answered(), 0U);
  const auto head = ask("HEAD /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(head, "200 OK"));
  EXPECT_FALSE(has(head, "path /page"));
}

/// Two readers of one connection (a proxy and this server) must never see different requests in it: what is
/// not clear is refused, or the connection is closed after the first answer.
TEST_F(ServerTest, NoRequestIsSmuggledInAnother) {
  const std::string second = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const std::string start =
      "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  const std::string both = "5\r\na=bbb\r\n0\r\n\r\n";
  for (const std::string& headers : {
           std::string("Content-Length: 3\r\nContent-Length: 100\r\n\r\na=b"),
           std::string("Content-Length: 3, 100\r\n\r\na=b"),
           std::string("Content-Length: +3\r\n\r\na=b"),
           std::string("Content-Length: 0x3\r\n\r\na=b"),
           std::string("Content-Length: -1\r\n\r\na=b"),
           std::string("Content-Length : 3\r\n\r\na=b"),
           std::string("Transfer-Encoding: xchunked\r\n\r\n") + both,
           std::string("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n") + both,
           std::string("Transfer-Encoding: gzip, chunked\r\n\r\n") + both,
           std::string("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\na=b\r\n0\r\n\r\n"),
           std::string("Transfer-Encoding: chunked\r\n\r\n-5\r\na=bbb\r\n0\r\n\r\n"),
       }) {
    ask(start + headers + second);
    const std::lock_guard guard(mutex_);
    for (const auto& path : paths_) EXPECT_NE(path, "/smuggled") << headers;
    paths_.clear();
  }
}

TEST_F(ServerTest, ARequestWithoutAHostIsRefused) {
  EXPECT_TRUE(has(ask("GET /page HTTP/1.1\r\nConnection: close\r\n\r\n"), " 400 "));
  EXPECT_EQ(answered(), 0U);
}

TEST_F(ServerTest, ALineBreakInAPathMakesNoHeader) {
  const auto answer = ask(get("/page%0d%0aSet-Cookie:%20a=b"));
  EXPECT_FALSE(has(answer.substr(0, answer.find("\r\n\r\n")), "Set-Cookie"));
}

TEST_F(ServerTest, AFormThatIsTooLargeIsRefusedBeforeItsBody) {
  EXPECT_TRUE(has(ask(post("/form", "Content-Length: 999999999999\r\n", "a=")), " 413 "));
  EXPECT_TRUE(has(ask(post("/form", "Content-Length: 2000\r\n", std::string(2000, 'a'))), " 413 "));
  EXPECT_EQ(answered(), 0U);
}

TEST_F(ServerTest, AnEndlessBodyIsEnded) {
  Wire wire(server_->port());
  wire.send(post("/form", "Transfer-Encoding: chunked\r\n", ""));
  const std::string chunk = "400\r\n" + std::string(1024, 'a') + "\r\n";
  int sent = 0;
  while (sent < 200'000 && wire.send(chunk)) ++sent;
  EXPECT_LT(sent, 200'000);
  EXPECT_EQ(answered(), 0U);
}

std::string multipart(const std::string& cookie, std::size_t bytes, const std::string& name) {
  const std::string body = "--boundary\r\nContent-Disposition: form-data; name=\"sealed\"; filename=\"" +
                           name + "\"\r\n\r\n" + std::string(bytes, 'x') + "\r\n--boundary--\r\n";
  return "POST /inbox HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + cookie +
         "Content-Type: multipart/form-data; boundary=boundary\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(ServerTest, FilesAreTakenFromWhoeverIsSignedInAndNobodyElse) {
  EXPECT_TRUE(has(ask(multipart("", 10, "a.age")), " 403 "));
  const auto taken = ask(multipart("Cookie: known=1\r\n", 10, "a.age"));
  EXPECT_TRUE(has(taken, "file sealed 10")) << taken;
  EXPECT_TRUE(has(ask(multipart("Cookie: known=1\r\n", 10, "../../../etc/passwd")), "file sealed 10"));
  EXPECT_TRUE(has(ask(multipart("Cookie: known=1\r\n", 200'000, "a.age")), " 413 "));
}

TEST_F(ServerTest, HeadersWithoutEndAreRefused) {
  const auto answer =
      ask("GET /page HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(200'000, 'a') + "\r\n\r\n");
  EXPECT_FALSE(has(answer, "200 OK"));
  EXPECT_EQ(answered(), 0U);
}

TEST_F(ServerTest, StopsWhilePeopleWait) {
  std::thread somebody([this] { ask(post("/slow", "Content-Length: 0\r\n", "")); });
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
    let_go_ = true;
  }
  changed_.notify_all();
  server_.reset();
  somebody.join();
}

}  // namespace
}  // namespace kinfold::console
