"""The parts of the screen. Each one draws rows it was given; none reads the store by itself."""
