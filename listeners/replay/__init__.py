"""Reading the stored stream once more, under the rules as they are or as they might be."""
