"""Meta's Graph API, as far as Facebook, Instagram and Threads share it."""
