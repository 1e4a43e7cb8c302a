"""What the cloud may ask of this server over the link, and nothing else (docs/services/cloud.md).

``rules`` says who asks for what, ``application`` serves it.
"""
