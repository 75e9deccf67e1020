"""Jobs on memories: accepted at once, done in order, safe to do twice."""
