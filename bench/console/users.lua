-- 200 people at work: each opens one page after another, with a second of thought between.
local paths = { "/", "/request", "/holdings", "/outbox", "/notice", "/inbox", "/work", "/accessibility" }
local cookie = os.getenv("KINFOLD_COOKIE")
local number = 0
function init() math.randomseed(os.time()) end
function request()
  number = number + 1
  return wrk.format("GET", paths[number % #paths + 1], { ["Cookie"] = cookie })
end
function delay() return math.random(500, 1500) end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%.1f,"errors":%d,"p50_ms":%.1f,"p90_ms":%.1f,"p99_ms":%.1f,"max_ms":%.1f}\n',
    summary.requests, summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
