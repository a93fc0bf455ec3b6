-- Sends the requests of a file one after the other, again and again; they are whole, with a zero byte between. Where it is
-- told a status, it counts the replies that have another one, which takes longer.
local requests, at = {}, 0
others = 0

function setup(thread)
  asking = thread
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for request in (file:read("*a") .. "\0"):gmatch("(.-)%z") do requests[#requests + 1] = request end
  file:close()
  local expected = tonumber(args[2])
  if expected then
    function response(status)
      if status ~= expected then others = others + 1 end
    end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"other":%d,"timeout":%d}}\n',
    summary.requests, summary.duration, errors.connect, errors.read, errors.write, errors.status, asking:get("others"), errors.timeout))
end
