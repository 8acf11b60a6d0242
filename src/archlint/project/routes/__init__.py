"""What answers a request: apps, routers, handlers, what asks who comes, and the routes that tell of health."""
