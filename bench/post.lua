-- wrk -s post.lua URL -- FILE: posts the file over and over; the last line of the output is a JSON object.
function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["x-event-type"] = "ConversationStarted"
  wrk.headers["x-event-origin"] = "purecallerid.app"
  file:close()
end

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format('{"answers": %d, "refused": %d, "broken": %d, "seconds": %f}',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6))
end
