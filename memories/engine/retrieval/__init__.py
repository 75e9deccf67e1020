"""The read path: parse the query, four signals, fuse, expand, pack, explain."""
