# filled below, once the rooms stand
