"""What all tests share: a made example fails by what it shows, never by how long a busy machine takes for it."""

from hypothesis import settings

settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")
