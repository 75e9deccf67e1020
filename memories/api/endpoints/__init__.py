"""One module a resource. A view reads the request, makes one call, and writes the answer."""
