"""The spaCy pipeline that comes with the library: one small encoder, its files and the code that runs it."""
