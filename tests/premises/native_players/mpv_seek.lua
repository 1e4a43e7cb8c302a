-- mpv as a player: once it has shown a second it seeks to three, and it tells each picture's time and how it ended.
local sought = false
mp.observe_property("time-pos", "number", function(_, at)
  if at == nil then return end
  print(string.format("shown %s %.3f", sought and "sought" or "play", at))
  if not sought and at >= 1 then
    sought = true
    mp.commandv("seek", "3", "absolute+exact")
  end
end)
mp.register_event("end-file", function(event) print("ended " .. event.reason) end)
