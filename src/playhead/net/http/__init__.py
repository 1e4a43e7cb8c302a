"""HTTP for services: a server embedded in our event loop, and what every ASGI application of ours stands behind.

`listen` and `HttpServer` bind and serve; `guarded` refuses what no application should see (hosts, paths, bodies, slow
senders), puts security headers on every answer and gives every error one shape.
"""
