"""The networks: one file each, and the contract they keep."""
