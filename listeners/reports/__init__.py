"""What is told about a stretch of time: figures, and under each figure the rows it is made of."""
